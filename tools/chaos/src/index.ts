import { failWith, interruption, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { writeFileSync } from 'node:fs';
import { controls, editsOf, titlesOf, type Control } from './build/controls.ts';
import { evaluateControl, linesOf, problemsOfRun, toJson } from './report/report.ts';
import { picture } from './report/picture.ts';
import { runChaos, type ChaosOptions } from './run-chaos.ts';

const usage = `npm run chaos -- [--orders N] [--kills N] [--seed N] [--replicas N] [--cluster 3] [--window SECONDS] [--longest SECONDS]
                 [--recovery SECONDS] [--control NAME|all] [--json FILE] [--picture FILE]
Controls, each a run without one guard or several: ${controls.map(({ name }) => name).join(', ')}`;

const fail = failWith(usage);

const { values } = readCommandLine(
  {
    options: {
      orders: { type: 'string', default: '500' },
      kills: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      replicas: { type: 'string', default: '2' },
      cluster: { type: 'string', default: '1' },
      window: { type: 'string', default: '30' },
      longest: { type: 'string', default: '600' },
      recovery: { type: 'string', default: '5' },
      control: { type: 'string' },
      json: { type: 'string' },
      picture: { type: 'string' },
    },
  },
  fail,
);
const wholeNumber = wholeNumbersOf(values, fail);

const interrupted = interruption();
const members = Number(values.cluster);
if (![1, 3].includes(members)) fail('--cluster must be 3, or 1 as without it');

const options: ChaosOptions = {
  orders: wholeNumber('orders', 1, 1_000_000),
  kills: wholeNumber('kills', 0, 100_000),
  seed: wholeNumber('seed', 0, 2 ** 31),
  replicas: wholeNumber('replicas', 1, 9),
  members,
  windowSeconds: wholeNumber('window', 0, 900),
  longestMs: wholeNumber('longest', 0, 600) * 1000,
  quietTimeoutMs: 60_000,
  edits: [],
  log: print,
  signal: interrupted,
};

const recoveryMs = wholeNumber('recovery', 0, 600) * 1000;

const runOne = async (): Promise<boolean> => {
  print(`seed ${options.seed}: ${options.orders} orders, ${options.kills} kills, ${options.replicas} of each service`);
  const result = await runChaos(options);
  for (const line of linesOf(result)) print(line);
  const title = `npm run chaos -- --orders ${options.orders} --kills ${options.kills} --seed ${options.seed} --replicas ${options.replicas} --window ${options.windowSeconds} --longest ${options.longestMs / 1000} --recovery ${recoveryMs / 1000}${members > 1 ? ` --cluster ${members}` : ''}`;
  if (values.json !== undefined) writeFileSync(values.json, toJson(title, result));
  if (values.picture !== undefined) writeFileSync(values.picture, picture({ title, ...result }));
  const problems = problemsOfRun(result, { ...options, recoveryMs });
  for (const problem of problems) print(`FAILED: ${problem}`);
  if (problems.length === 0)
    print('No ticket was sold twice, no order charged twice, nothing acknowledged was lost, and nothing is stuck.');
  return problems.length === 0;
};

const runControl = async (control: Control): Promise<boolean> => {
  print(`\n▶ without ${titlesOf(control)}`);
  // A guard that backs up another may take longer to act.
  const quietTimeoutMs = options.quietTimeoutMs + (control.caughtBy === undefined ? 15_000 : 0);
  const result = await runChaos({ ...options, quietTimeoutMs, edits: editsOf(control) });
  const { caught, summary } = evaluateControl(control, result, options);
  print(`${caught ? 'caught' : 'NOT CAUGHT'}: ${summary}`);
  return caught;
};

const main = async (): Promise<boolean> => {
  if (values.control === undefined) return runOne();
  const chosen = controls.filter(({ name }) => values.control === 'all' || name === values.control);
  if (chosen.length === 0) return fail(`The control ${values.control} does not exist`);
  const missed: string[] = [];
  for (const control of chosen) {
    if (interrupted.aborted) break;
    if (!(await runControl(control))) missed.push(control.name);
  }
  print(missed.length === 0 ? `\nall ${chosen.length} controls are caught` : `\nnot caught: ${missed.join(', ')}`);
  return missed.length === 0;
};

process.exit((await main()) && !interrupted.aborted ? 0 : 1);
