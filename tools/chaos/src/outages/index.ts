import { failWith, interruption, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { openSources } from '@ticketing/watchdog/sources';
import { findLost } from '../load/acknowledged.ts';
import { Ledger } from '../load/ledger.ts';
import { Market, type User } from '../load/market.ts';
import { openRetryingClient } from '../load/retrying-client.ts';
import { createRandom } from '../random.ts';
import { startOwnProduct } from './own-product.ts';
import { outageNames, parts, planOutages, type PlannedOutage } from './plan.ts';
import { runOutage, userCount, type OutageContext, type OutageResult } from './run-outage.ts';

const usage = `npm run outages -- [--only NAME,…] [--all] [--window SECONDS] [--seed N]
Names: ${parts.join(', ')}, or with a duration: ${outageNames.join(', ')}`;

const fail = failWith(usage);

const { values } = readCommandLine(
  {
    options: {
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
      window: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  },
  fail,
);
const wholeNumber = wholeNumbersOf(values, fail);

const only = values.only?.split(',');
const known: readonly string[] = [...parts, ...outageNames];
for (const name of only ?? []) if (!known.includes(name)) fail(`The outage ${name} does not exist`);

const windowSeconds = wholeNumber('window', 10, 900);
const random = createRandom(wholeNumber('seed', 0, 2 ** 31));
const plan = planOutages({ all: values.all, only });

const signal = interruption();

/** A run that proves nothing, because this machine was too slow, is repeated. */
const maxRuns = 3;

const seconds = (ms: number | undefined): string => (ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`);

const lineOf = (result: OutageResult): string =>
  `| ${result.name} | ${result.paid} | ${result.open} | ${seconds(result.startMs)} | ${seconds(result.completeMs)} | ` +
  `${seconds(result.freeMs)} | ${result.refunded} | ${result.void === undefined ? (result.problems.length === 0 ? 'ok' : 'FAILED') : 'void'} |`;

const headings = [
  '| outage | paid (201) | of these open at the return | part ready after | last complete after | last unpaid on sale after | refunded | |',
  '|---|---|---|---|---|---|---|---|',
];

const runOne = async (planned: PlannedOutage, context: OutageContext): Promise<OutageResult> => {
  for (let run = 1; ; run += 1) {
    const result = await runOutage(planned, context);
    print(lineOf(result));
    for (const problem of result.problems) print(`FAILED: ${planned.name}: ${problem}`);
    if (result.void === undefined || result.problems.length > 0 || run === maxRuns) return result;
    print(`void: ${result.void}`);
  }
};

const runAll = async (): Promise<boolean> => {
  const began = performance.now();
  const own = await startOwnProduct({ windowSeconds, log: print });
  const ledger = new Ledger();
  const http = openRetryingClient(own.product.loopbackUrl, () => undefined);
  const market = new Market({ http, ledger, random, stopping: signal });
  const sources = openSources(own.addresses, 'outages');
  const results: OutageResult[] = [];
  const lost: string[] = [];
  try {
    const users: User[] = [];
    for (let index = 0; index < userCount; index += 1) users.push(await market.signUp(`user-${index}@example.com`));
    for (const line of headings) print(line);
    for (const planned of plan) {
      if (signal.aborted) break;
      const fault = own.faults[planned.part];
      results.push(await runOne(planned, { market, users, sources, fault, nats: own.faults.nats, signal }));
    }
    lost.push(...(await findLost(ledger, own.addresses.mongoUrls)), ...ledger.unexpected);
  } finally {
    await sources.close();
    await http.close();
    await own.stop();
  }
  for (const problem of lost) print(`FAILED: ${problem}`);
  const failed = results.filter((result) => result.problems.length > 0 || result.void !== undefined);
  const minutes = Math.round((performance.now() - began) / 60_000);
  print(`${results.length} outages, ${failed.length} failed, ${minutes} min`);
  return failed.length === 0 && lost.length === 0 && results.length === plan.length;
};

const passed = await runAll().catch((error: unknown) => {
  if (!signal.aborted) throw error;
  return false;
});
process.exit(passed ? 0 : 1);
