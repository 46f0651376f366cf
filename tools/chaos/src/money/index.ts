import { failWith, interruption, print, readOptions } from '../command-line.ts';
import { runMoney } from './run-money.ts';

const fail = failWith('npm run chaos:money -- [--journeys N] [--seed N]');
const values = readOptions(
  { journeys: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
  fail,
);
const journeys = Number(values.journeys);
if (!Number.isInteger(journeys) || journeys < 1 || journeys > 20_000) fail('--journeys must be a number up to 20000');
const seed = Number(values.seed);
if (!Number.isInteger(seed) || seed < 0) fail('--seed must be a whole number');

const interrupted = interruption();
const result = await runMoney({ journeys, seed, log: print, signal: interrupted });
const { stripe, webhooks } = result;
print(`journeys: ${[...result.journeys].map(([name, count]) => `${name} ${count}`).join(', ')}`);
print(
  `at Stripe: ${stripe.charges} charges, ${stripe.refunds} refunds, ${stripe.disputes} disputes, ` +
    `${stripe.transfers} transfers; ${result.entries} entries in the ledger`,
);
print(
  `${result.kills} kills of payments; webhooks: ${webhooks.lost} lost, ${webhooks.doubled} doubled, ${webhooks.passed} passed; ` +
    `${result.failures} failed requests; ${Math.round(result.seconds)} s`,
);
const shown = 20;
const problems = [
  ...result.disagreements,
  ...result.unexpected,
  ...result.violations.map(({ check, text }) => `${check}: ${text}`),
];
for (const problem of problems.slice(0, shown)) print(`FAILED: ${problem}`);
if (problems.length > shown) print(`and ${problems.length - shown} more`);
if (result.agreedAfterMs !== undefined)
  print(
    `orders, charges, ledger and Stripe agree, ${Math.round(result.agreedAfterMs / 1000)} s after the last journey`,
  );
process.exit(problems.length === 0 && result.agreedAfterMs !== undefined && !interrupted.aborted ? 0 : 1);
