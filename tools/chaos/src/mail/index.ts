import { failWith, interruption, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { editsOf, mailControls, titlesOf } from '../build/controls.ts';
import { runMailOutage, type MailOutageResult } from './run-mail-outage.ts';

const usage = `npm run chaos:mail -- [--minutes N] [--seed N] [--control NAME]
Controls, each a run without one guard: ${mailControls.map(({ name }) => name).join(', ')}`;

const fail = failWith(usage);

const { values } = readCommandLine(
  {
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      control: { type: 'string' },
    },
  },
  fail,
);

/** Links to a new password work for an hour, and mails with them must arrive before that. */
const longestMinutes = 50;

const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= longestMinutes)) fail(`--minutes must be a number up to ${longestMinutes}`);
const seed = wholeNumbersOf(values, fail)('seed', 0, 2 ** 31);
const control = mailControls.find(({ name }) => name === values.control);
if (values.control !== undefined && control === undefined) fail(`The control ${values.control} does not exist`);

const interrupted = interruption();

/** Fewer prove nothing about one in a thousand. */
const leastCauses = 1_000;
const limitMs = 20_000;

const violationsOf = ({ verdict: { total, unexpected }, arrivedAfterMs, problems, violations }: MailOutageResult) => [
  ...(total.causes < leastCauses ? [`only ${total.causes} mails were caused`] : []),
  ...(total.missing > 0 ? [`${total.missing} mails are missing`] : []),
  ...(total.doubled * leastCauses > total.causes ? [`${total.doubled} mails were sent twice`] : []),
  ...(arrivedAfterMs > limitMs ? [`the last mail arrived ${arrivedAfterMs / 1000} s after the return`] : []),
  ...unexpected.map(({ to, subject }) => `${to} got a mail without a cause: ${subject}`),
  ...violations.map(({ check, text }) => `${check}: ${text}`),
  ...problems,
];

const result = await runMailOutage({
  minutes,
  seed,
  edits: control === undefined ? [] : editsOf(control),
  log: print,
  signal: interrupted,
});
const { counts, total } = result.verdict;
print('| cause | mails owed | missing | sent twice |\n|---|---|---|---|');
for (const [kind, { causes, missing, doubled }] of [...counts, ['all', total] as const])
  print(`| ${kind} | ${causes} | ${missing} | ${doubled} |`);
print(
  `${result.kills} kills, ${result.duplicates} deliveries repeated, ${result.lostReplies} replies lost; ` +
    `${result.waited} mails waited, the last one arrived ${(result.arrivedAfterMs / 1000).toFixed(1)} s after the return`,
);
const found = violationsOf(result);
for (const problem of found) print(`FAILED: ${problem}`);
const isDoubled = total.doubled * leastCauses > total.causes;
if (control !== undefined) print(`${isDoubled ? 'caught' : 'NOT CAUGHT'}: without ${titlesOf(control)}`);
process.exit((control === undefined ? found.length === 0 : isDoubled) && !interrupted.aborted ? 0 : 1);
