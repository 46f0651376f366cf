import { parseArgs, type ParseArgsConfig } from 'node:util';

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ends the process with what is wrong with its command line. */
export const failWith =
  (usage: string) =>
  (problem: string): never => {
    process.stderr.write(`${problem}\n${usage}\n`);
    process.exit(2);
  };

export const readOptions = <const Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
  fail: (problem: string) => never,
) => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
};

/** Aborted when the process, or the one that has started it, is told to end. */
export const interruption = (): AbortSignal => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  process.on('disconnect', () => interrupted.abort());
  return interrupted.signal;
};
