import { formatTable } from '@ticketing/audit/format-table';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '@ticketing/launcher/paths';
import { failWith, print, readCommandLine } from '@ticketing/test/command-line';
import { auditCluster } from './audit-cluster.ts';
import { checkIsolation } from './isolation/check-isolation.ts';
import {
  kubectl,
  namesOf,
  productSelector,
  runVisibly,
  secretValue,
  setSecretValue,
  untilAllReady,
  untilRolledOut,
} from './kubectl.ts';
import { restoreIntoEmptyCluster } from './restore-into-empty-cluster.ts';
import { tryRunbooks } from './runbooks/try-runbooks.ts';
import { openHostProxy, openSite } from './site.ts';
import { runTwoVersions } from './two-versions.ts';
import { clusterIngress, pairs, underLoad } from './under-load.ts';

// npm run test:cluster: tests the product on the cluster of the current context.

/** Resolves with the reasons why a check has failed. */
type Check = () => Promise<readonly string[]>;

const deploy: Check = async () => {
  await runVisibly('skaffold', 'run', '--profile=test', '--tail=false');
  await untilAllReady();
  return [];
};

const endToEndTimeoutMs = 1_800_000;

const endToEnd: Check = async () => {
  const proxy = await openHostProxy(await clusterIngress());
  try {
    const { exitCode } = await execa(
      process.execPath,
      [join(root, 'tools', 'launcher', 'run.mjs'), 'tools/test/src/run-tests.ts', '--only', 'e2e', 'contract'],
      {
        cwd: root,
        env: { BASE_URL: proxy.url },
        stdin: 'ignore',
        stdout: 'inherit',
        stderr: 'inherit',
        reject: false,
        timeout: endToEndTimeoutMs,
      },
    );
    return exitCode === 0 ? [] : ['the end-to-end test fails'];
  } finally {
    proxy.close();
  }
};

/** Paths that are reachable from outside, and internal ones that must return 404. */
const exposure: Check = async () => {
  const site = openSite(await clusterIngress());
  const expected = {
    '/': 200,
    '/api/tickets': 200,
    '/api/orders': 401,
    '/api/users/currentuser': 200,
    '/healthz': 404,
    '/readyz': 404,
    '/metrics': 404,
    '/v1/charges': 404,
    '/sandbox/behaviour': 404,
    '/api/tickets/../../metrics': 404,
  };
  const failed: string[] = [];
  try {
    for (const [path, status] of Object.entries(expected)) {
      const response = await site.send({ method: 'GET', path });
      if (response.status !== status) failed.push(`${path} returns ${response.status} instead of ${status}`);
    }
  } finally {
    await site.close();
  }
  return failed;
};

/** Finds pods that Pod Security's restricted profile would refuse, by a server-side dry run. */
const restricted: Check = async () => {
  if ((await namesOf('pods', productSelector)).length === 0) return ['no pod of the product runs'];
  const namespace = await kubectl('config', 'view', '--minify', '--output=jsonpath={..namespace}');
  const { stderr } = await execa('kubectl', [
    'label',
    '--dry-run=server',
    '--overwrite',
    'namespace',
    namespace === '' ? 'default' : namespace,
    'pod-security.kubernetes.io/enforce=restricted',
    'pod-security.kubernetes.io/enforce-version=latest',
  ]);
  return stderr.split('\n').filter((line) => line !== '');
};

const minRequests = 1_000;

const rollouts: Check = () =>
  underLoad({ log: print }, async (load) => {
    const names = await namesOf('deployments', productSelector);
    if (names.length === 0) throw new Error('the product has no deployment');
    for (const name of names) {
      const before = load.report;
      await kubectl('rollout', 'restart', `deployment/${name}`);
      await untilRolledOut(name);
      const { requests, failures } = load.report;
      print(`  ${name}: ${requests - before.requests} requests, ${failures.length - before.failures.length} failed`);
    }
    await load.untilMore(minRequests - load.report.requests);
  });

/** The services that verify sessions. */
const signedIn = ['auth', 'tickets', 'orders', 'payments'];

/** Rotates the key of sessions as docs/runbooks.md says, while users go on; a request that is refused as not signed in has failed. */
const rotation: Check = () =>
  underLoad({ log: print }, async (load) => {
    const old = await secretValue('jwt-secret', 'JWT_KEY');
    const key = randomBytes(32).toString('hex');
    for (const keys of [`${old},${key}`, `${key},${old}`]) {
      await setSecretValue('jwt-secret', 'JWT_KEY', keys);
      await kubectl('rollout', 'restart', ...signedIn.map((name) => `deployment/${name}`));
      for (const name of signedIn) await untilRolledOut(name);
      await load.untilMore(minRequests / 2);
    }
  });

/** Time until a killed pod no longer counts as ready. */
const notReadyAfterMs = 2_000;
const recoveryTimeoutMs = 60_000;

/** Kills every pod in turn under load, and then looks for every acknowledged order and payment. */
const kills: Check = () =>
  underLoad({ log: print, mayFail: true }, async (load) => {
    const { orders, paid } = load.acknowledged;
    const pods = await namesOf('pods', productSelector);
    if (pods.length === 0) throw new Error('no pod of the product runs');
    for (const pod of pods) {
      const before = orders.size;
      await kubectl('delete', 'pod', pod, '--force', '--grace-period=0', '--ignore-not-found');
      await delay(notReadyAfterMs);
      await untilAllReady();
      // The next pod is killed once users can buy again.
      const giveUpAt = Date.now() + recoveryTimeoutMs;
      while (orders.size < before + pairs && Date.now() < giveUpAt) await delay(100);
      if (orders.size === before) throw new Error(`after ${pod} was killed, no order was acknowledged`);
      print(`  ${pod} killed; ${orders.size} orders and ${paid.size} payments acknowledged`);
    }
  });

const audit: Check = async () => ((await auditCluster()) ? [] : ['the audit has found violations']);

/** Requests that show that users can buy. */
const requestsAfterRestore = 100;

/** Services that have just started are ready sooner than the ingress reaches each of them. */
const untilReachable = async (): Promise<void> => {
  const site = openSite(await clusterIngress());
  try {
    const giveUpAt = Date.now() + recoveryTimeoutMs;
    for (const path of ['/', '/api/users/currentuser', '/api/tickets', '/api/orders', '/api/payments'])
      for (;;) {
        const { status } = await site.send({ method: 'GET', path });
        if (status < 500) break;
        if (Date.now() > giveUpAt) throw new Error(`${path} returns ${status}`);
        await delay(200);
      }
  } finally {
    await site.close();
  }
};

const restore: Check = async () => {
  await restoreIntoEmptyCluster(print);
  await untilReachable();
  return [...(await underLoad({ log: print }, (load) => load.untilMore(requestsAfterRestore))), ...(await audit())];
};

const runbooks: Check = async () => {
  try {
    return await tryRunbooks(print);
  } finally {
    await deploy();
  }
};

/** Buyers and sellers meet both versions; afterwards the audit reads what both have written. */
const twoVersions: Check = async () => [...(await runTwoVersions(print, minRequests)), ...(await audit())];

const steps = {
  deploy: ['skaffold run', deploy],
  exposure: ['only public routes are reachable through the ingress', exposure],
  restricted: ["every pod meets Pod Security's restricted profile", restricted],
  isolation: [
    "no process can do what is another's, with its own credentials in its own pod",
    () => checkIsolation(print),
  ],
  'end-to-end': ['end-to-end test through the ingress', endToEnd],
  rollouts: ['rolling update of every service under load', rollouts],
  rotation: ['the key of sessions is rotated under load and nobody is signed out', rotation],
  kills: ['no acknowledged order is lost when each pod is killed', kills],
  runbooks: ['the commands of the runbooks', runbooks],
  audit: ['audit', audit],
  restore: ['a backup is restored into an empty cluster and audited', restore],
  versions: ['the services of an earlier version run with the current ones, in every order of rollout', twoVersions],
} as const satisfies Readonly<Record<string, readonly [string, Check]>>;

const fail = failWith(`npm run test:cluster -- [STEP]…\nSteps: ${Object.keys(steps).join(', ')}`);
const { positionals } = readCommandLine({ allowPositionals: true }, fail);
const unknown = positionals.filter((name) => !Object.keys(steps).includes(name));
if (unknown.length > 0) fail(`The step ${unknown.join(', ')} does not exist`);
const chosen = Object.entries(steps).filter(([name]) => positionals.length === 0 || positionals.includes(name));

const results: { name: string; result: 'passed' | 'FAILED' | 'not run'; seconds: number; findings: number }[] = [];
for (const [name, [title, check]] of chosen) {
  // Nothing that follows would say anything about this version.
  if (results.some((step) => step.name === 'deploy' && step.result === 'FAILED')) {
    results.push({ name, result: 'not run', seconds: 0, findings: 0 });
    continue;
  }
  print(`\n▶ ${title} (${name})`);
  const began = performance.now();
  const failed = await check().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  const seconds = Math.round((performance.now() - began) / 1000);
  for (const reason of failed.slice(0, 20)) print(`  ✗ ${reason}`);
  print(`${failed.length === 0 ? 'ok  ' : 'FAIL'} ${title} (${seconds} s, ${failed.length} findings)`);
  results.push({ name, result: failed.length === 0 ? 'passed' : 'FAILED', seconds, findings: failed.length });
}
print('');
print(
  formatTable(
    ['step', 'result', 'seconds', 'findings'],
    results.map(({ name, result, seconds, findings }) => [name, result, seconds, findings]),
  ),
);
const passed = results.filter(({ result }) => result === 'passed').length;
print(
  `\n${passed} of ${results.length} steps passed${results.length === Object.keys(steps).length ? '' : '; the others were not chosen'}`,
);
process.exit(passed === results.length ? 0 : 1);
