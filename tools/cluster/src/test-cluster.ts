import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '@ticketing/launcher/paths';
import { auditCluster } from './audit.ts';
import { kubectl, namesOf, partOfUs, runAloud, untilAllReady } from './kubectl.ts';
import { runNewestTagBeside } from './newest-tag.ts';
import { restoreIntoEmptyCluster } from './restore-into-empty-cluster.ts';
import { ask, findIngress, openDoor, type Ingress } from './site.ts';
import { Crowd, stateOf } from './visitors.ts';

// npm run test:cluster: whether the product on the cluster of the current context keeps its word.

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A check that fails says why; `skipped` says why it could not be made. */
type Outcome = { readonly failed: readonly string[] } | { readonly skipped: string };

const deploy = async (): Promise<Outcome> => {
  await runAloud('skaffold', 'run', '--profile=test', '--tail=false');
  return { failed: [] };
};

const ingress = (): Promise<Ingress> => findIngress(process.env['CLUSTER_INGRESS']);

const story = async (): Promise<Outcome> => {
  const door = await openDoor(await ingress());
  try {
    const { exitCode } = await execa(process.execPath, [join(root, 'scripts', 'test.mjs'), '--only', 'e2e', 'story'], {
      cwd: root,
      env: { BASE_URL: door.url },
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
    });
    return { failed: exitCode === 0 ? [] : ['the end-to-end story fails'] };
  } finally {
    door.close();
  }
};

/** What answers from outside, and what has to look as if it were not there. */
const doors = async (): Promise<Outcome> => {
  const at = await ingress();
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
    const answer = await ask(at, { method: 'GET', path });
    if (answer.status !== status) failed.push(`${path} answers ${answer.status} instead of ${status}`);
  }
  return { failed };
};

/** Asks the cluster which pods would be refused where Pod Security's restricted profile is enforced; changes nothing. */
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

const leastRequests = 1_000;
const pairs = 4;

const rollouts = async (): Promise<Outcome> => {
  const crowd = new Crowd(await ingress());
  await crowd.enter(pairs);
  try {
    for (const name of await namesOf('deployments', partOfUs)) {
      const before = crowd.report;
      await kubectl('rollout', 'restart', `deployment/${name}`);
      await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=180s');
      // What the new pod has taken over is seen while the old one drains.
      await delay(8_000);
      const { requests, failures } = crowd.report;
      say(`  ${name}: ${requests - before.requests} requests, ${failures.length - before.failures.length} failed`);
    }
    while (crowd.report.requests < leastRequests) await delay(500);
  } finally {
    await crowd.leave();
  }
  const { requests, failures } = crowd.report;
  say(`  ${requests} requests during the rolling updates, ${failures.length} failed`);
  return { failed: failures };
};

/** A pod that was killed has left the list of those that are ready by then. */
const goneWithinMs = 2_000;
const buyingAgainWithinMs = 60_000;

/** Kills every pod in turn while people buy; afterwards every order and payment that was acknowledged has to be there. */
const kills = async (): Promise<Outcome> => {
  const crowd = new Crowd(await ingress());
  await crowd.enter(pairs);
  try {
    for (const pod of await namesOf('pods', partOfUs)) {
      const before = crowd.promises.orders.size;
      await kubectl('delete', 'pod', pod, '--force', '--grace-period=0', '--ignore-not-found');
      await delay(goneWithinMs);
      await untilAllReady();
      // The next one is killed while people are buying again.
      const giveUpAt = Date.now() + buyingAgainWithinMs;
      while (crowd.promises.orders.size < before + pairs && Date.now() < giveUpAt) await delay(100);
      if (crowd.promises.orders.size === before) throw new Error(`${pod} was killed, and nobody could buy any more`);
      say(
        `  ${pod} killed; ${crowd.promises.orders.size} orders and ${crowd.promises.paid.size} payments acknowledged`,
      );
    }
  } finally {
    await crowd.leave();
  }
  const { orders, paid } = crowd.promises;
  const { requests, failures } = crowd.report;
  say(`  ${requests} requests meanwhile, ${failures.length} of them refused or cut off`);
  if (orders.size === 0 || paid.size === 0) return { failed: ['nothing was acknowledged, so nothing was shown'] };
  const failed: string[] = [];
  for (const [id, buyer] of orders) {
    let problem: string | undefined = 'not asked yet';
    for (let tries = 0; problem !== undefined && tries < 60; tries += 1) {
      if (tries > 0) await delay(1_000);
      const order = await stateOf(buyer, id).catch(() => undefined);
      if (order === undefined) problem = 'is gone';
      else if (paid.has(id) && order.status !== 'complete') problem = `is paid but ${order.status}`;
      else if (!paid.has(id) && order.status === 'created') problem = 'was never confirmed';
      else problem = undefined;
    }
    if (problem !== undefined) failed.push(`order ${id} ${problem}`);
  }
  say(`  ${orders.size} acknowledged orders and ${paid.size} payments looked at`);
  return { failed };
};

const audit = async (): Promise<Outcome> => ({
  failed: (await auditCluster()) ? [] : ['the audit finds something wrong'],
});

const restore = async (): Promise<Outcome> => {
  await restoreIntoEmptyCluster(say);
  return audit();
};

const newestTag = async (): Promise<Outcome> => {
  const reason = await runNewestTagBeside(say, async () => {
    const outcome = await story();
    if ('failed' in outcome && outcome.failed.length > 0) throw new Error(outcome.failed.join('; '));
  });
  return reason === undefined ? { failed: [] } : { skipped: reason };
};

const steps = {
  deploy: ['skaffold run', deploy],
  doors: ['only the routes of the site answer from outside', doors],
  restricted: ["every pod meets Pod Security's restricted profile", restricted],
  story: ['end-to-end story through the ingress', story],
  rollouts: ['rolling update of every service under load', rollouts],
  kills: ['every pod killed, every acknowledged order kept', kills],
  audit: ['audit', audit],
  restore: ['backup restored into an empty cluster, and audited', restore],
  tag: ["the newest tag's services beside the new ones", newestTag],
} as const satisfies Readonly<Record<string, readonly [string, () => Promise<Outcome>]>>;

const { positionals } = parseArgs({ allowPositionals: true });
const chosen = Object.entries(steps).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, [title, check]] of chosen) {
  say(`\n▶ ${title} (${name})`);
  const began = performance.now();
  let outcome: Outcome;
  try {
    outcome = await check();
  } catch (error) {
    outcome = { failed: [error instanceof Error ? error.message : String(error)] };
  }
  const seconds = `${((performance.now() - began) / 1000).toFixed(0)} s`;
  if ('skipped' in outcome) {
    counts.skipped += 1;
    say(`skip ${title} (${outcome.skipped})`);
  } else if (outcome.failed.length === 0) {
    counts.passed += 1;
    say(`ok   ${title} (${seconds})`);
  } else {
    counts.failed += 1;
    for (const reason of outcome.failed.slice(0, 20)) say(`  ✗ ${reason}`);
    say(`FAIL ${title} (${seconds}, ${outcome.failed.length} findings)`);
  }
}
say('');
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
