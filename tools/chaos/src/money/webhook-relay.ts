import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';
import type { Random } from '../random.ts';

const timeoutMs = 10_000;

/** Stands between Stripe and the product: a webhook may be lost although Stripe was told that it arrived, or come twice. */
export const openWebhookRelay = async (options: {
  readonly random: Random;
  readonly lostPart: number;
  readonly doubledPart: number;
  /** Where the product takes webhooks; undefined until it is started. */
  readonly target: () => string | undefined;
}) => {
  const { random, lostPart, doubledPart, target } = options;
  const counts = { lost: 0, doubled: 0, passed: 0 };

  const pass = async (incoming: IncomingMessage, body: Buffer): Promise<number> => {
    const url = target();
    if (url === undefined) return 503;
    const { statusCode, body: response } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'stripe-signature': String(incoming.headers['stripe-signature']),
      },
      body,
      headersTimeout: timeoutMs,
    });
    await response.dump();
    return statusCode;
  };

  const handle = async (incoming: IncomingMessage): Promise<number> => {
    const body = await buffer(incoming);
    if (random.chance(lostPart)) {
      counts.lost += 1;
      return 200;
    }
    const times = random.chance(doubledPart) ? 2 : 1;
    const statuses = await Promise.all(Array.from({ length: times }, () => pass(incoming, body)));
    if (times === 2) counts.doubled += 1;
    counts.passed += 1;
    return Math.max(...statuses);
  };

  const server = createServer((incoming, response) => {
    handle(incoming)
      .catch(() => 503)
      .then((status) => response.writeHead(status).end())
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts: (): Readonly<typeof counts> => ({ ...counts }),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};
