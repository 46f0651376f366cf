import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProductProcess {
  readonly name: string;
  readonly replica: number;
  readonly pid: number;
  readonly url: string;
}

/** The whole product, started as a user would start it, with nothing in its stores. */
export interface Product {
  readonly url: string;
  readonly processes: () => Promise<ProductProcess[]>;
  readonly stop: () => Promise<void>;
}

const launcher = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

export const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The first line of a child's output that `find` answers something for. */
export const lineOf = async <T>(child: ChildProcess, find: (line: string) => T | undefined): Promise<T> => {
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = find(line);
    if (found === undefined) continue;
    // What it says later must not fill the pipe.
    child.stdout.resume();
    return found;
  }
  throw new Error(`${child.spawnfile} ended before it was ready`);
};

const isProcess = (value: unknown): value is ProductProcess =>
  typeof value === 'object' && value !== null && 'name' in value && 'pid' in value && 'url' in value;

export const startProduct = async (settings: Readonly<Record<string, string>> = {}): Promise<Product> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, [launcher], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), RATE_LIMITS: 'off', LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await lineOf(child, (line) => (line.startsWith('ready ') ? line : undefined));
  return {
    url: `http://127.0.0.1:${port}`,
    processes: async () => {
      const listed: unknown = JSON.parse(await readFile(join(dataDir, 'processes.json'), 'utf8'));
      return Array.isArray(listed) ? listed.filter(isProcess) : [];
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
