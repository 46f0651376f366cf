import { afterEach } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stripe } from 'stripe';
import type { Behaviour } from '../behaviour.ts';
import { readConfig } from '../config.ts';
import { startSandbox } from '../sandbox.ts';

export const makeDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'stripe-sandbox-'));

export const removeDir = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });

/** Stripe's SDK with a local server; it makes a single attempt by default. */
export const sdk = (url: string, options: { readonly key?: string; readonly retries?: number } = {}): Stripe => {
  const { hostname, port } = new URL(url);
  return new Stripe(options.key ?? 'sk_test_anything', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: options.retries ?? 0,
    telemetry: false,
  });
};

/** A form-encoded POST without the SDK, which would retry a call whose connection broke. */
export const postForm = (
  url: string,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  redirect: 'follow' | 'manual' = 'follow',
): Promise<Response> => fetch(url, { method: 'POST', body: new URLSearchParams(params), headers, redirect });

const toClose: { close(): Promise<unknown> }[] = [];

/** Closes it after the test, unless the test has closed it. */
export const closeAfterTest = <T extends { close(): Promise<unknown> }>(resource: T): T => {
  toClose.push(resource);
  return resource;
};

afterEach(async () => {
  for (const resource of toClose.splice(0).toReversed()) await resource.close();
});

/** A sandbox in this process, on a free port, with an empty store unless `DATA_DIR` is given. */
export const openSandbox = async (env: Readonly<Record<string, string>> = {}) => {
  const dataDir = env['DATA_DIR'] ?? (await makeDataDir());
  const config = readConfig({ PORT: '0', ...env, DATA_DIR: dataDir });
  const lines: string[] = [];
  const logger = createLogger({ service: 'stripe-sandbox', level: 'info', write: (line) => lines.push(line) });
  const sandbox = await startSandbox(config, logger);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await sandbox.stop();
    if (env['DATA_DIR'] === undefined) await removeDir(dataDir);
  };
  return {
    url: sandbox.url,
    logLines: lines,
    stripe: sdk(sandbox.url),
    behave: async (patch: Partial<ReturnType<Behaviour['current']>>): Promise<void> => {
      const response = await fetch(`${sandbox.url}/sandbox/behaviour`, { method: 'POST', body: JSON.stringify(patch) });
      if (!response.ok) throw new Error(`behaviour was refused: ${await response.text()}`);
    },
    close: (): Promise<void> => (closed ??= close()),
  };
};

/** The same, closed after the test. */
export const useSandbox = async (env: Readonly<Record<string, string>> = {}) => closeAfterTest(await openSandbox(env));

const entry = fileURLToPath(new URL('../index.ts', import.meta.url));

/** Resolves with the match once the process has printed `pattern`; later output is discarded. */
const printed = (child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once('exit', () => reject(new Error(`the sandbox ended: ${text}`)));
  });

/** A sandbox in a separate process, for tests that kill it. */
export const spawnSandbox = async (env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, url = ''] = await printed(child, /"url":"(http:[^"]+)"/);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  };
  return { url, stripe: sdk(url), end, close: () => end('SIGKILL') };
};

/** Payment with a token: the SDK's types do not have `card` here any more, Stripe's API does. */
export const byToken = (token: string) => ({ payment_method_data: { type: 'card' as const, card: { token } } });

/** The SDK's error with which a promise was rejected. */
export const stripeErrorOf = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('the call was expected to be refused');
};

/** Waits until `condition` holds. */
export const until = async (condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not hold in time');
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
};
