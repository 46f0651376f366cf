import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the project keeps programs that it has fetched. */
export const programCache = fileURLToPath(new URL('../../../.cache/bin/', import.meta.url));

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/**
 * A server's program: where its variable says (`NATS_SERVER_BIN` for `nats-server`), on the PATH, or in the project's
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

/** @throws when it is nowhere, with what to do. */
export const needProgram = async (name: string): Promise<string> => {
  const program = await findProgram(name);
  if (program === undefined) {
    throw new Error(`${name} is neither on the PATH nor in ${programCache}: run the tests by npm test, which gets it`);
  }
  return program;
};
