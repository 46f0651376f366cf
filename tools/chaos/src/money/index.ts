import { failWith, interruption, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { runMoney } from './run-money.ts';

const fail = failWith('npm run chaos:money -- [--journeys N] [--seed N]');
const { values } = readCommandLine(
  { options: { journeys: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } },
  fail,
);
const wholeNumber = wholeNumbersOf(values, fail);
const journeys = wholeNumber('journeys', 1, 20_000);
const seed = wholeNumber('seed', 0, 2 ** 31);

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
