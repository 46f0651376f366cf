import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where downloaded programs are cached. */
export const programCache = fileURLToPath(new URL('../../../.cache/bin/', import.meta.url));

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/**
 * Path of a server's program: from its variable (`NATS_SERVER_BIN` for `nats-server`), on the PATH, or in the project's
 * cache.
 */
export const findProgram = async (name: string): Promise<string | undefined> => {
  const variable = process.env[`${name.toUpperCase().replaceAll('-', '_')}_BIN`];
  const folders = [...(process.env.PATH ?? '').split(delimiter), programCache];
  const candidates = [
    ...(variable === undefined || variable === '' ? [] : [variable]),
    ...folders.filter((folder) => folder !== '').map((folder) => join(folder, name)),
  ];
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return undefined;
};

/** @throws when it is not found, with instructions. */
export const requireProgram = async (name: string): Promise<string> => {
  const program = await findProgram(name);
  if (program === undefined) {
    throw new Error(
      `${name} is neither on the PATH nor in ${programCache}: run the tests with npm test, which downloads it`,
    );
  }
  return program;
};
