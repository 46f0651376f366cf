import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const processList = z.array(z.object({ name: z.string(), replica: z.int(), pid: z.int().positive(), url: z.string() }));
export type ProductProcess = z.infer<typeof processList>[number];

/** The whole product, started as a user would start it. */
export interface Product {
  readonly url: string;
  readonly dataDir: string;
  /** Of `npm start` itself. */
  readonly pid: number;
  /** Ends it as Ctrl-C would and answers its exit code. Its data stay. */
  stop(): Promise<number | null>;
}

/** Names the data directory of the product that the tests of a run share, when they have started it themselves. */
export const dataDirVariable = 'E2E_DATA_DIR';

const launcher = fileURLToPath(new URL('../../launcher/start.mjs', import.meta.url));

/** Of the environment of the tests: settings of another product, and what Jest tells itself. REPLICAS and BUS are handed on. */
const notHandedOn =
  /^(PORT|PUBLIC_URL|DATA_DIR|(MONGO|NATS|REDIS|BASE)_URL|JWT_KEY|STRIPE_\w+|EXPIRATION_\w+|PAYMENT_\w+|LOG_LEVEL|RATE_LIMITS|TEST_BUILD|NODE_(ENV|OPTIONS)|JEST_\w+)$/;

/** The first start on a machine downloads and builds. */
const startWithinMs = 10 * 60_000;
const stopWithinMs = 15_000;

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** What runs on this data directory, as the launcher tells. */
export const processesOf = async (dataDir: string): Promise<ProductProcess[]> =>
  processList.parse(JSON.parse(await readFile(join(dataDir, 'processes.json'), 'utf8')));

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The address of its line `ready …`. */
const readyUrl = async (child: ChildProcess): Promise<string> => {
  const said: string[] = [];
  if (child.stdout === null) throw new Error('npm start has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ready (http\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
    said.push(line);
  }
  throw new Error(`npm start ended before it was ready:\n${said.slice(-40).join('\n')}`);
};

/** Starts everything with the data in `dataDir`; settings are those of the contract. */
export const startProduct = async (
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Product> => {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !notHandedOn.test(name)));
  const child = spawn(process.execPath, [launcher], {
    env: {
      ...inherited,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGTERM'), startWithinMs);
  const url = await readyUrl(child);
  clearTimeout(late);
  // What it says later must not fill the pipe.
  child.stdout?.resume();
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    stop: async () => {
      process.removeListener('exit', endWithUs);
      const began = performance.now();
      child.kill('SIGTERM');
      await exited;
      const took = performance.now() - began;
      if (took > stopWithinMs) throw new Error(`npm start took ${Math.round(took)} ms to end`);
      return child.exitCode;
    },
  };
};

/** Ends it if it still runs, and removes its data. */
export const discard = async (product: Product | undefined, dataDir: string): Promise<void> => {
  if (product !== undefined && isAlive(product.pid)) await product.stop();
  await rm(dataDir, { recursive: true, force: true });
};
