import { findAddresses } from '@ticketing/audit/find-addresses';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { services } from '@ticketing/launcher/topology';
import { failWith, print, readCommandLine } from '@ticketing/test/command-line';
import { startProduct } from '@ticketing/test/start-product';
import { auditProduct } from '@ticketing/watchdog/checks';
import { openSources } from '@ticketing/watchdog/sources';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { startHostileAccount } from './hostile-account.ts';
import { Load, type Measured } from '../load.ts';
import { observe, type Observed } from './observe.ts';
import {
  compare,
  lineOfStream,
  mostMemory,
  tableOfAccount,
  tableOfEvents,
  tableOfProcesses,
  tableOfUsers,
} from './report.ts';

const fail = failWith('npm run hostile -- [--minutes N] [--rate N] [--connections N]');
const { values } = readCommandLine(
  {
    options: {
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '3' },
      connections: { type: 'string', default: '16' },
    },
  },
  fail,
);
const positive = (name: keyof typeof values): number => {
  const number = Number(values[name]);
  return number > 0 ? number : fail(`--${name} must be greater than 0`);
};
const [minutes, rate, connections] = [positive('minutes'), positive('rate'), positive('connections')];

/** With the account, the p95 of all requests of the users may be this many times what it is without. */
const maxRatio = 2;
/** The limit of a service's container (infra/k8s/base/resources.yaml), and the heap that Node allows itself in it. */
const maxServiceMb = 448;
const heapMb = maxServiceMb / 2;
/** Where an alert fires (infra/observability/alerts.yaml). */
const maxStreamShare = 0.7;
/** A user may list 120 tickets and make 60 orders in an hour. */
const userCount = 100;
const hostileAddress = '10.66.6.6';
const hostileTickets = 60;
const warmUpMs = 15_000;
/** Each minute with the account follows half a minute without it: the speed of the machine changes meanwhile. */
const attackedMs = 60_000;
const quietMs = 30_000;

interface Phases {
  readonly measured: Measured[];
  readonly observed: Observed[];
}

const problems: string[] = [];
const check = (holds: boolean, problem: string): void => {
  if (!holds) problems.push(problem);
};

print('starting the product');
const product = await startProduct({
  settings: {
    RATE_LIMITS: 'on',
    TRUST_PROXY: '1',
    BUS: 'jetstream',
    NODE_OPTIONS: `--max-old-space-size=${heapMb}`,
  },
});
const load = new Load(product.loopbackUrl);
try {
  await load.signUp(userCount);
  const ticketIds = await load.list(hostileTickets);
  await load.run(warmUpMs, rate);
  const account = await startHostileAccount(product, { address: hostileAddress, connections, ticketIds });
  const quiet: Phases = { measured: [], observed: [] };
  const attacked: Phases = { measured: [], observed: [] };
  const runPhase = async ({ measured, observed }: Phases, milliseconds: number): Promise<void> => {
    const observer = observe(product);
    measured.push(await load.run(milliseconds, rate));
    observed.push(await observer.stop());
  };
  const rounds = Math.ceil(minutes);
  for (let round = 1; round <= rounds; round += 1) {
    await runPhase(quiet, quietMs);
    account.resume();
    await runPhase(attacked, attackedMs);
    account.pause();
    print(`${round} of ${rounds} min with the account`);
  }
  const achieved = await account.stop();

  const rows = compare(quiet.measured, attacked.measured);
  const tables = [
    tableOfUsers(rows),
    tableOfAccount(achieved, (rounds * attackedMs) / 1000),
    tableOfEvents(achieved),
    tableOfProcesses(quiet.observed, attacked.observed),
    lineOfStream(attacked.observed),
  ];
  for (const table of tables) print(`\n${table}`);

  const all = required(rows[0], 'row of all requests');
  check(all.ratio <= maxRatio, `p95 of all requests is ${all.ratio.toFixed(2)} times as high`);
  for (const { refused } of [...quiet.measured, ...attacked.measured])
    for (const refusal of refused) problems.push(`refused: ${refusal}`);
  const observed = [...quiet.observed, ...attacked.observed];
  for (const name of services) {
    const most = mostMemory(observed, name);
    check(most <= maxServiceMb, `${name} takes ${Math.round(most)} MB`);
  }
  const share = Math.max(...observed.map(({ streamShare }) => streamShare));
  check(share <= maxStreamShare, `the stream is ${Math.round(share * 100)} % full`);
  const sources = openSources(await findAddresses({ DATA_DIR: product.dataDir }, root), 'hostile');
  const { violations } = await auditProduct(sources);
  await sources.close();
  for (const { check: name, text } of violations) problems.push(`${name}: ${text}`);

  const folder = join(import.meta.dirname, '..', '..', 'results');
  await mkdir(folder, { recursive: true });
  const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  const results = { date: new Date().toISOString(), machine, ...values, rows, achieved, problems };
  await writeFile(join(folder, 'hostile.json'), `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await load.close();
  await product.stop();
}
print('');
for (const problem of problems) print(`FAILED: ${problem}`);
if (problems.length === 0) print('The hostile account has slowed down, refused and filled nothing for the users.');
process.exit(problems.length === 0 ? 0 : 1);
