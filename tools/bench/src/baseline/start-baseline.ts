import { freePort } from '@ticketing/launcher/free-ports';
import { required } from '@ticketing/launcher/required';
import { waitForLine } from '@ticketing/test/wait-for-line';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface BaselineServer {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const terminate = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};

export const baselineServer = (url: string, child: ChildProcess): BaselineServer => ({
  url,
  pid: required(child.pid, 'pid'),
  stop: () => terminate(child),
});

/** Starts a baseline server in its own process. */
export const startBaseline = async (
  kind: 'bare' | 'express' | 'insert' | 'page',
  mongoUrl: string,
  pageUrl?: string,
): Promise<BaselineServer> => {
  const script = fileURLToPath(new URL('server.ts', import.meta.url));
  const child = spawn(process.execPath, [script, kind, ...(pageUrl === undefined ? [] : [pageUrl])], {
    env: { ...process.env, MONGO_URL: mongoUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await waitForLine(child, (line) => /^listening (\d+)$/.exec(line)?.[1]);
  return baselineServer(`http://127.0.0.1:${port}`, child);
};

/** Starts the product's router in front of a baseline server, which has a page at `path`. */
export const startRouterTo = async (url: string, path = '/api/tickets'): Promise<BaselineServer> => {
  const script = fileURLToPath(new URL('../../../launcher/src/router/index.ts', import.meta.url));
  const [port, sitePort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      PORT: String(port),
      SITE_PORT: String(sitePort),
      TRUST_PROXY: '0',
      PROTO: 'http',
      UPSTREAMS: JSON.stringify({ auth: [url], tickets: [url], orders: [url], payments: [url], client: [url] }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const router = `http://127.0.0.1:${port}`;
  await waitUntilReady(router + path);
  return baselineServer(router, child);
};

export const waitUntilReady = async (url: string): Promise<void> => {
  const end = performance.now() + 10_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    if (performance.now() > end) throw new Error(`${url} did not become ready`);
    await delay(50);
  }
};
