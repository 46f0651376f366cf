import { parseArgs, type ParseArgsConfig } from 'node:util';

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ends the process, with exit code 2, for what is wrong with its command line. */
export type Fail = (problem: string) => never;

export const failWith =
  (usage: string): Fail =>
  (problem) => {
    process.stderr.write(`${problem}\n${usage}\n`);
    process.exit(2);
  };

export const readCommandLine = <const Config extends ParseArgsConfig>(config: Config, fail: Fail) => {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
};

/** Reads options that are whole numbers within a range, or ends the process. */
export const wholeNumbersOf =
  <Values extends object>(values: Values, fail: Fail) =>
  (name: keyof Values & string, least: number, most: number): number => {
    const text = String(values[name]);
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    return fail(`--${name} must be a whole number from ${least} to ${most}`);
  };

/** Aborted when the process, or the one that has started it, is told to end. */
export const interruption = (): AbortSignal => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  process.on('disconnect', () => interrupted.abort());
  return interrupted.signal;
};
