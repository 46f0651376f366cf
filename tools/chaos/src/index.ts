import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { controls, editsOf, titlesOf, type Control } from './build/guards.ts';
import { judgeControl, judgeRun, linesOf, toJson } from './report/report.ts';
import { picture } from './report/picture.ts';
import { runChaos, type ChaosOptions } from './run-chaos.ts';

const say = (line: string) => {
  process.stdout.write(`${line}\n`);
};

const usage = `npm run chaos -- [--orders N] [--kills N] [--seed N] [--replicas N] [--window SECONDS] [--recovery SECONDS]
                 [--control NAME|all] [--json FILE] [--picture FILE]
Controls, each a run without a guard: ${controls.map(({ name }) => name).join(', ')}`;

const fail = (problem: string): never => {
  process.stderr.write(`${problem}\n${usage}\n`);
  process.exit(2);
};

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        orders: { type: 'string', default: '500' },
        kills: { type: 'string', default: '40' },
        seed: { type: 'string', default: '1' },
        replicas: { type: 'string', default: '2' },
        window: { type: 'string', default: '30' },
        recovery: { type: 'string', default: '5' },
        control: { type: 'string' },
        json: { type: 'string' },
        picture: { type: 'string' },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
})();

const whole = (name: 'orders' | 'kills' | 'seed' | 'replicas' | 'window' | 'recovery', most: number): number => {
  const value = values[name];
  if (!/^\d+$/.test(value) || Number(value) > most) return fail(`--${name} must be a whole number, at most ${most}`);
  return Number(value);
};

const gone = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => gone.abort());
process.on('disconnect', () => gone.abort());

const options: ChaosOptions = {
  orders: whole('orders', 1_000_000),
  kills: whole('kills', 100_000),
  seed: whole('seed', 2 ** 31),
  replicas: whole('replicas', 9),
  windowSeconds: whole('window', 900),
  quietWithinMs: 60_000,
  edits: [],
  say,
  signal: gone.signal,
};

const runOne = async (): Promise<boolean> => {
  say(`seed ${options.seed}: ${options.orders} orders, ${options.kills} kills, ${options.replicas} of each service`);
  const result = await runChaos(options);
  for (const line of linesOf(result)) say(line);
  const title = `npm run chaos -- --orders ${options.orders} --kills ${options.kills} --seed ${options.seed} --replicas ${options.replicas}`;
  if (values.json !== undefined) writeFileSync(values.json, toJson(title, result));
  if (values.picture !== undefined) writeFileSync(values.picture, picture({ title, ...result }));
  const recoveryMs = whole('recovery', 600) * 1000;
  const problems = judgeRun(result, { ...options, recoveryMs });
  for (const problem of problems) say(`FAILED: ${problem}`);
  if (problems.length === 0) say('Nothing was sold twice, charged twice or lost, and nothing is stuck.');
  return problems.length === 0;
};

const runControl = async (control: Control): Promise<boolean> => {
  say(`\n▶ without ${titlesOf(control)}`);
  // What is to be found stays; only a backup may take longer to come.
  const quietWithinMs = control.caughtBy === undefined ? options.quietWithinMs + 15_000 : 20_000;
  const result = await runChaos({ ...options, quietWithinMs, edits: editsOf(control) });
  const { caught, words } = judgeControl(control, result);
  say(`${caught ? 'caught' : 'NOT CAUGHT'}: ${words}`);
  return caught;
};

const main = async (): Promise<boolean> => {
  if (values.control === undefined) return runOne();
  const chosen = controls.filter(({ name }) => values.control === 'all' || name === values.control);
  if (chosen.length === 0) return fail(`There is no control ${values.control}`);
  const missed: string[] = [];
  for (const control of chosen) {
    if (gone.signal.aborted) break;
    if (!(await runControl(control))) missed.push(control.name);
  }
  say(missed.length === 0 ? `\nall ${chosen.length} controls are caught` : `\nnot caught: ${missed.join(', ')}`);
  return missed.length === 0;
};

process.exit((await main()) && !gone.signal.aborted ? 0 : 1);
