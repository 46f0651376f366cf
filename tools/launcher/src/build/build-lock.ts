import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../../data-dir.mjs';
import { codeOf } from '../error-code.ts';

const holderOf = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
};

/**
 * Runs `build` while holding a lock file, since two launchers of one checkout would write to the same output. A second
 * launcher waits, and then usually finds everything built.
 */
export const withBuildLock = async <T>(
  options: { readonly directory: string; readonly signal: AbortSignal; readonly waiting: (pid: number) => void },
  build: () => Promise<T>,
): Promise<T> => {
  const file = join(options.directory, 'build.lock');
  mkdirSync(options.directory, { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
    else options.waiting(holder);
    await delay(250, undefined, { signal: options.signal });
  }
  try {
    return await build();
  } finally {
    rmSync(file, { force: true });
  }
};
