import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '@ticketing/launcher/paths';
import { auditCluster } from './audit-cluster.ts';
import { LoadGenerator, readOrder } from './load-generator.ts';
import {
  kubectl,
  namesOf,
  productSelector,
  runVisibly,
  secretValue,
  setSecretValue,
  untilAllReady,
} from './kubectl.ts';
import { runBesideEarlierVersion } from './earlier-version.ts';
import { restoreIntoEmptyCluster } from './restore-into-empty-cluster.ts';
import { findIngress, openHostProxy, openSite, type Ingress } from './site.ts';

// npm run test:cluster: tests the product on the cluster of the current context.

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Outcome {
  /** Reasons why a check has failed. */
  readonly failed: readonly string[];
}

const deploy = async (): Promise<Outcome> => {
  await runVisibly('skaffold', 'run', '--profile=test', '--tail=false');
  return { failed: [] };
};

const ingress = (): Promise<Ingress> => findIngress(process.env['CLUSTER_INGRESS']);

const endToEnd = async (): Promise<Outcome> => {
  const proxy = await openHostProxy(await ingress());
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
      },
    );
    return { failed: exitCode === 0 ? [] : ['the end-to-end test fails'] };
  } finally {
    proxy.close();
  }
};

/** Paths that are reachable from outside, and internal ones that must return 404. */
const exposure = async (): Promise<Outcome> => {
  const site = openSite(await ingress());
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
  for (const [path, status] of Object.entries(expected)) {
    const response = await site.send({ method: 'GET', path });
    if (response.status !== status) failed.push(`${path} returns ${response.status} instead of ${status}`);
  }
  await site.close();
  return { failed };
};

/** Finds pods that Pod Security's restricted profile would refuse, by a server-side dry run. */
const restricted = async (): Promise<Outcome> => {
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
  return { failed: stderr.split('\n').filter((line) => line !== '') };
};

const minRequests = 1_000;
const pairs = 4;

const rollouts = async (): Promise<Outcome> => {
  const load = new LoadGenerator(await ingress());
  await load.start(pairs);
  try {
    for (const name of await namesOf('deployments', productSelector)) {
      const before = load.report;
      await kubectl('rollout', 'restart', `deployment/${name}`);
      await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=180s');
      // Requests to the new pod, while the old one drains, belong to this service.
      await delay(8_000);
      const { requests, failures } = load.report;
      print(`  ${name}: ${requests - before.requests} requests, ${failures.length - before.failures.length} failed`);
    }
    while (load.report.requests < minRequests) await delay(500);
  } finally {
    await load.stop();
    await load.close();
  }
  const { requests, failures } = load.report;
  print(`  ${requests} requests during the rolling updates, ${failures.length} failed`);
  return { failed: failures };
};

/** The services that verify sessions. */
const signedIn = ['auth', 'tickets', 'orders', 'payments'].map((name) => `deployment/${name}`);

/** Rotates the key of sessions as docs/runbooks.md says, while users go on; a request that is refused as not signed in has failed. */
const rotation = async (): Promise<Outcome> => {
  const load = new LoadGenerator(await ingress());
  await load.start(pairs);
  try {
    const old = await secretValue('jwt-secret', 'JWT_KEY');
    const key = randomBytes(32).toString('hex');
    for (const keys of [`${old},${key}`, `${key},${old}`]) {
      await setSecretValue('jwt-secret', 'JWT_KEY', keys);
      await kubectl('rollout', 'restart', ...signedIn);
      for (const deployment of signedIn) await kubectl('rollout', 'status', deployment, '--timeout=180s');
      const since = load.report.requests;
      while (load.report.requests < since + minRequests / 2) await delay(500);
    }
  } finally {
    await load.stop();
    await load.close();
  }
  const { requests, failures } = load.report;
  print(`  ${requests} requests while the key was rotated, ${failures.length} failed`);
  return { failed: failures };
};

/** Time until a killed pod no longer counts as ready. */
const notReadyAfterMs = 2_000;
const recoveryTimeoutMs = 60_000;

/** What has become of every acknowledged order and payment, once the load has stopped: those that were lost. */
const findLost = async ({ acknowledged: { orders, paid } }: LoadGenerator): Promise<string[]> => {
  if (orders.size === 0 || paid.size === 0) return ['no order or no payment was acknowledged, so the check is void'];
  const lost: string[] = [];
  for (const [id, buyer] of orders) {
    let problem: string | undefined = 'was not read';
    for (let reads = 0; problem !== undefined && reads < 60; reads += 1) {
      if (reads > 0) await delay(1_000);
      const order = await readOrder(buyer, id).catch(() => undefined);
      if (order === undefined) problem = 'was lost';
      else if (paid.has(id) && order.status !== 'complete') problem = `is paid but ${order.status}`;
      else if (!paid.has(id) && order.status === 'created') problem = 'was never confirmed';
      else problem = undefined;
    }
    if (problem !== undefined) lost.push(`order ${id} ${problem}`);
  }
  print(`  ${orders.size} acknowledged orders and ${paid.size} payments checked`);
  return lost;
};

/** Kills every pod in turn under load, and then looks for every acknowledged order and payment. */
const kills = async (): Promise<Outcome> => {
  const load = new LoadGenerator(await ingress());
  await load.start(pairs);
  try {
    for (const pod of await namesOf('pods', productSelector)) {
      const before = load.acknowledged.orders.size;
      await kubectl('delete', 'pod', pod, '--force', '--grace-period=0', '--ignore-not-found');
      await delay(notReadyAfterMs);
      await untilAllReady();
      // The next pod is killed once users can buy again.
      const giveUpAt = Date.now() + recoveryTimeoutMs;
      while (load.acknowledged.orders.size < before + pairs && Date.now() < giveUpAt) await delay(100);
      if (load.acknowledged.orders.size === before)
        throw new Error(`after ${pod} was killed, no order was acknowledged`);
      print(
        `  ${pod} killed; ${load.acknowledged.orders.size} orders and ${load.acknowledged.paid.size} payments acknowledged`,
      );
    }
  } finally {
    await load.stop();
  }
  const { requests, failures } = load.report;
  print(`  ${requests} requests meanwhile, ${failures.length} of them failed`);
  const failed = await findLost(load);
  await load.close();
  return { failed };
};

const audit = async (): Promise<Outcome> => ({
  failed: (await auditCluster()) ? [] : ['the audit has found violations'],
});

const restore = async (): Promise<Outcome> => {
  await restoreIntoEmptyCluster(print);
  return audit();
};

/** Buyers and sellers meet both versions, at random; afterwards the audit reads what both have written. */
const twoVersions = async (): Promise<Outcome> => {
  const load = new LoadGenerator(await ingress());
  try {
    await runBesideEarlierVersion(print, async () => {
      await load.start(pairs);
      try {
        while (load.report.requests < minRequests) await delay(500);
      } finally {
        await load.stop();
      }
    });
    const { requests, failures } = load.report;
    print(`  ${requests} requests to two versions, ${failures.length} failed`);
    const failed = [...failures, ...(await findLost(load))];
    return failed.length > 0 ? { failed } : await audit();
  } finally {
    await load.close();
  }
};

const steps = {
  deploy: ['skaffold run', deploy],
  exposure: ['only public routes are reachable through the ingress', exposure],
  restricted: ["every pod meets Pod Security's restricted profile", restricted],
  'end-to-end': ['end-to-end test through the ingress', endToEnd],
  rollouts: ['rolling update of every service under load', rollouts],
  rotation: ['the key of sessions is rotated under load and nobody is signed out', rotation],
  kills: ['no acknowledged order is lost when each pod is killed', kills],
  audit: ['audit', audit],
  restore: ['a backup is restored into an empty cluster and audited', restore],
  versions: ['the services of an earlier version run beside the current ones under load', twoVersions],
} as const satisfies Readonly<Record<string, readonly [string, () => Promise<Outcome>]>>;

const { positionals } = parseArgs({ allowPositionals: true });
const chosen = Object.entries(steps).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const counts = { passed: 0, failed: 0 };
for (const [name, [title, check]] of chosen) {
  print(`\n▶ ${title} (${name})`);
  const began = performance.now();
  let outcome: Outcome;
  try {
    outcome = await check();
  } catch (error) {
    outcome = { failed: [error instanceof Error ? error.message : String(error)] };
  }
  const seconds = `${((performance.now() - began) / 1000).toFixed(0)} s`;
  if (outcome.failed.length === 0) {
    counts.passed += 1;
    print(`ok   ${title} (${seconds})`);
  } else {
    counts.failed += 1;
    for (const reason of outcome.failed.slice(0, 20)) print(`  ✗ ${reason}`);
    print(`FAIL ${title} (${seconds}, ${outcome.failed.length} findings)`);
  }
}
print('');
print(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
