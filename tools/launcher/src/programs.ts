import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The directories of the PATH. */
export const pathDirectories = (env: NodeJS.ProcessEnv): string[] =>
  (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');

/** Programs with one of these names on the PATH, then in `others`. */
export const findPrograms = (
  env: NodeJS.ProcessEnv,
  names: readonly string[],
  others: readonly string[] = [],
): string[] =>
  [...pathDirectories(env), ...others]
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .filter(isExecutable);
