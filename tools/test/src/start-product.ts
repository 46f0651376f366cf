import { isProcessOf } from '@ticketing/launcher/data-dir';
import { freePort } from '@ticketing/launcher/free-ports';
import { root } from '@ticketing/launcher/paths';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { waitForLine } from './wait-for-line.ts';

const processList = z.array(z.object({ name: z.string(), replica: z.int(), pid: z.int().positive(), url: z.string() }));
export type ProductProcess = z.infer<typeof processList>[number];

/** The whole product, started as a user would start it. */
export interface Product {
  /** The address that `npm start` prints. */
  readonly url: string;
  /** The same without a name to resolve, for load generators. */
  readonly loopbackUrl: string;
  readonly dataDir: string;
  /** Of `npm start` itself. */
  readonly pid: number;
  /** The processes that run now. */
  processes(): ProductProcess[];
  /** Sends a signal to a process of this product; returns false when the process has ended and its pid was reused. */
  signal(process: ProductProcess, signal: NodeJS.Signals): boolean;
  /** Ends it as Ctrl-C would; returns how long that took. */
  stop(): Promise<{ readonly milliseconds: number }>;
}

const launcher = join(root, 'tools', 'launcher', 'start.mjs');

/** Settings of another product, and Jest's own: they are not inherited. REPLICAS and BUS are. */
const notInherited =
  /^(PORT|PUBLIC_URL|DATA_DIR|(MONGO|NATS|REDIS|SMTP|BASE)_URL|NATS_STREAM_REPLICAS|MAIL_FROM|CURRENCY|JWT_KEY|STRIPE_\w+|EXPIRATION_\w+|MAX_LIVE_HOLDS|PAYMENT_\w+|SELLER_\w+|PAYOUT_\w+|DELIVERY_\w+|LEGAL_DIR|LOG_LEVEL|RATE_LIMITS|TRUST_PROXY|TEST_BUILD|NODE_(ENV|OPTIONS)|JEST_\w+)$/;

/** The first start on a machine downloads and builds. */
const startTimeoutMs = 10 * 60_000;

/** The processes that run on this data directory. */
export const processesOf = (dataDir: string): ProductProcess[] =>
  processList.parse(JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')));

/**
 * Starts the product on a free port, without rate limits and with few log lines; `settings` are those of README's table.
 * Its data are in `dataDir`, which outlives it; without one they are in a temporary directory that `stop` removes.
 */
export const startProduct = async (
  options: { readonly dataDir?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<Product> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ticketing-product-')));
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !notInherited.test(name)));
  const child = spawn(process.execPath, [launcher], {
    env: {
      ...inherited,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
      ...options.settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const terminate = () => child.kill('SIGTERM');
  process.once('exit', terminate);
  const exited = once(child, 'exit');
  const stop = async () => {
    process.removeListener('exit', terminate);
    const start = performance.now();
    if (child.exitCode === null && child.signalCode === null) {
      terminate();
      await exited;
    }
    const milliseconds = performance.now() - start;
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    return { milliseconds };
  };
  const timer = setTimeout(terminate, startTimeoutMs);
  let url: string;
  try {
    url = await waitForLine(child, (line) => /^ready (http\S+)$/.exec(line)?.[1]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    url,
    loopbackUrl: url.replace('localhost', '127.0.0.1'),
    dataDir,
    pid: child.pid ?? 0,
    processes: () => processesOf(dataDir),
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
