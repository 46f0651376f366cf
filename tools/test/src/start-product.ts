import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isProcessOf } from '@ticketing/launcher/data-dir';
import { freePort } from '@ticketing/launcher/free-ports';
import { root } from '@ticketing/launcher/paths';

export interface ProductProcess {
  readonly name: string;
  readonly replica: number;
  readonly pid: number;
  readonly url: string;
}

/** The whole product, started as a user would start it, with nothing in its stores. */
export interface Product {
  readonly url: string;
  readonly dataDir: string;
  /** What runs now. */
  processes(): ProductProcess[];
  /** Sends a signal to a process of this product, and to none that only has its number now. */
  signal(process: ProductProcess, signal: NodeJS.Signals): boolean;
  stop(): Promise<void>;
}

const launcher = join(root, 'tools', 'launcher', 'start.mjs');
/** Settings of another product, and what Jest tells itself: load and faults are for this product only. REPLICAS and BUS are handed on. */
const notHandedOn =
  /^(PORT|PUBLIC_URL|DATA_DIR|(MONGO|NATS|REDIS|BASE)_URL|JWT_KEY|STRIPE_\w+|EXPIRATION_\w+|PAYMENT_\w+|LOG_LEVEL|RATE_LIMITS|TEST_BUILD|NODE_(ENV|OPTIONS)|JEST_\w+)$/;

const startWithinMs = 10 * 60_000;

const isProcess = (value: unknown): value is ProductProcess =>
  typeof value === 'object' && value !== null && 'name' in value && 'pid' in value && 'url' in value;

/** Starts it with these settings beside a free port, no limits of rates and a quiet log. */
export const startProduct = async (settings: Readonly<Record<string, string>> = {}): Promise<Product> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-product-'));
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
  const late = setTimeout(endWithUs, startWithinMs);
  const said: string[] = [];
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^ready (http\S+)$/.exec(line)?.[1];
    if (url !== undefined) break;
    said.push(line);
  }
  clearTimeout(late);
  const stop = async () => {
    process.removeListener('exit', endWithUs);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await exited;
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  if (url === undefined) {
    await stop();
    throw new Error(`npm start ended before it was ready:\n${said.slice(-40).join('\n')}`);
  }
  // What it says later must not fill the pipe.
  child.stdout.resume();
  return {
    url: url.replace('localhost', '127.0.0.1'),
    dataDir,
    processes: () => {
      const listed: unknown = JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8'));
      return Array.isArray(listed) ? listed.filter(isProcess) : [];
    },
    signal: ({ pid }, signal) => {
      if (pid <= 1 || !isProcessOf(dataDir, pid)) return false;
      try {
        return process.kill(pid, signal);
      } catch {
        return false;
      }
    },
    stop,
  };
};
