import { freePort } from '@ticketing/launcher/free-ports';
import { waitForLine } from '@ticketing/test/wait-for-line';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Floor {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts one of the floor's servers as a process of its own. */
export const startFloor = async (
  kind: 'bare' | 'express' | 'insert' | 'page',
  mongoUrl: string,
  pageUrl?: string,
): Promise<Floor> => {
  const script = fileURLToPath(new URL('server.ts', import.meta.url));
  const child = spawn(process.execPath, [script, kind, ...(pageUrl === undefined ? [] : [pageUrl])], {
    env: { ...process.env, MONGO_URL: mongoUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await waitForLine(child, (line) => /^listening (\d+)$/.exec(line)?.[1]);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** A router like the product's own, in front of a floor's server alone. */
export const startRouterTo = async (url: string): Promise<Floor> => {
  const script = fileURLToPath(new URL('../../../launcher/src/router/index.ts', import.meta.url));
  const port = await freePort();
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      PORT: String(port),
      PROTO: 'http',
      UPSTREAMS: JSON.stringify({ auth: [url], tickets: [url], orders: [url], payments: [url], client: [url] }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const router = `http://127.0.0.1:${port}`;
  await untilAnswers(`${router}/api/tickets`);
  return {
    url: router,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};

const untilAnswers = async (url: string): Promise<void> => {
  const end = performance.now() + 10_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > end) throw new Error(`${url} does not answer`);
    await delay(50);
  }
};
