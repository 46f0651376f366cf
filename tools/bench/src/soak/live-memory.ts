import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** Reads what the objects of Node processes use, without garbage. */
export interface LiveMemory {
  /** For NODE_OPTIONS of each process. */
  readonly nodeOption: string;
  /** In bytes, after a garbage collection that `signal` starts with SIGUSR2. @throws Error when the process does not do it within 30 s. */
  read(pid: number, signal: () => void): Promise<number>;
  close(): Promise<void>;
}

const timeoutMs = 30_000;
const pollMs = 50;

export const openLiveMemory = async (): Promise<LiveMemory> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketing-live-memory-'));
  const module = pathToFileURL(join(import.meta.dirname, 'write-live-memory.mjs'));
  module.searchParams.set('folder', folder);
  return {
    nodeOption: `--import=${module.href}`,
    read: async (pid, signal) => {
      const path = join(folder, String(pid));
      await rm(path, { force: true });
      signal();
      for (const until = performance.now() + timeoutMs; performance.now() < until; await delay(pollMs)) {
        const written = await readFile(path, 'utf8').catch(() => undefined);
        if (written !== undefined) return Number(written);
      }
      throw new Error(`process ${pid} did not collect its garbage within ${timeoutMs / 1_000} s`);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
};
