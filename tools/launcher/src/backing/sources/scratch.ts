import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isAlive } from '../../../data-dir.mjs';
import type { ServerKind } from '../server-kinds.ts';
import { checkProgram } from './check-program.ts';
import type { Program, SourceDeps } from './source.ts';

const unfinished = /^\.unfinished-(\d+)-/;

/** Removes what processes that were killed had begun to download. */
const removeUnfinished = async (cacheDir: string): Promise<void> => {
  for (const entry of await readdir(cacheDir)) {
    const pid = unfinished.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(cacheDir, entry), { recursive: true, force: true });
  }
};

/** Calls `use` with a temporary directory inside the cache, so that a finished program is moved by one rename. */
export const inScratch = async <T>({ cacheDir }: SourceDeps, use: (directory: string) => Promise<T>): Promise<T> => {
  const directory = join(cacheDir, `.unfinished-${process.pid}-${randomUUID()}`);
  await mkdir(directory, { recursive: true });
  await removeUnfinished(cacheDir);
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Checks a downloaded program and moves it into the cache. */
export const moveIntoCache = async (
  deps: SourceDeps,
  kind: ServerKind,
  file: string,
  from: string,
): Promise<Program> => {
  await chmod(file, 0o755);
  await checkProgram(deps, kind, file, from);
  const path = join(deps.cacheDir, kind.program);
  await rename(file, path);
  return checkProgram(deps, kind, path, from);
};

/** @throws Error when the file has another checksum. */
export const verifyChecksum = async (file: string, sha256: string): Promise<void> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`the download has the checksum ${found} instead of ${sha256}`);
};

/** @throws Error on any other system. */
export const requireLinuxX64 = (): void => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`it is built for Linux x64, not for ${process.platform} ${process.arch}`);
};
