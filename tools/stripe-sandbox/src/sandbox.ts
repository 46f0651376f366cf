import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { buildApp } from './app.ts';
import { createBehaviour } from './behaviour.ts';
import { openBooks } from './books.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { newId } from './new-id.ts';
import { startWebhooks } from './webhooks.ts';

/** How long a stopping sandbox lets requests in flight finish. */
const inFlightMs = 3_000;

const now = (): number => Math.floor(Date.now() / 1000);

export interface RunningSandbox {
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens the books and listens. @throws where the books cannot be read or the port is taken. */
export const startSandbox = async (config: Config, log: Log): Promise<RunningSandbox> => {
  const books = openBooks(config.DATA_DIR);
  const stopping = new AbortController();
  const webhooks =
    config.WEBHOOK_URL === undefined || config.STRIPE_WEBHOOK_SECRET === undefined
      ? undefined
      : startWebhooks({ books, log, now }, { url: config.WEBHOOK_URL, secret: config.STRIPE_WEBHOOK_SECRET });
  const app = buildApp(
    {
      books,
      log,
      context: {
        ledger: books,
        now,
        newId,
        strictAmounts: config.STRICT_AMOUNTS,
        strictReturnUrl: config.STRICT_RETURN_URL,
      },
      behaviour: createBehaviour(),
      wanted: new Set(webhooks === undefined ? [] : config.WEBHOOK_EVENTS),
      notify: (event) => webhooks?.send(event),
      stopping: stopping.signal,
      keysInUse: new Set(),
      locked: new Set(),
    },
    config,
  );
  let inFlight = 0;
  const server = createServer((req, res) => {
    inFlight += 1;
    res.once('close', () => {
      inFlight -= 1;
    });
    app(req, res);
  });
  server.keepAliveTimeout = 65_000;
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.PORT;
  const url = `http://${config.HOST === '0.0.0.0' ? '127.0.0.1' : config.HOST}:${port}`;
  log.info({ url }, 'listening');

  return {
    url,
    stop: async () => {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      // close() waits for keep-alive connections that become idle only later, and for those that never sent a request.
      const idle = setInterval(() => {
        if (inFlight === 0) server.closeAllConnections();
        else server.closeIdleConnections();
      }, 20);
      await Promise.race([closed, wait(inFlightMs, undefined, { ref: false })]);
      clearInterval(idle);
      server.closeAllConnections();
      await closed;
      webhooks?.stop();
      books.close();
    },
  };
};
