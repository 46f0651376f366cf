import { afterEach, expect, test } from '@jest/globals';
import express from 'express';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import pino from 'pino';
import { eventually } from '../testing/index.ts';
import { boundRequests, type RequestBounds } from './bound-requests.ts';
import { errorHandler } from './error-handler.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A server whose requests are answered by `release`. */
const open = async (bounds: Omit<RequestBounds, 'taken'>) => {
  const waiting: (() => void)[] = [];
  let closed = 0;
  const app = express();
  const shares: number[] = [];
  app.use(boundRequests({ ...bounds, taken: (share) => shares.push(share) }));
  app.use((_req, res) => {
    waiting.push(() => res.send('done'));
    res.once('close', () => {
      closed += 1;
    });
  });
  app.use(errorHandler(pino({ level: 'silent' })));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const send = async (init: RequestInit = {}) =>
    (await fetch(url, { headers: { Connection: 'close' }, ...init })).status;
  return {
    shares,
    send,
    untilWaiting: (count: number) => eventually(() => expect(waiting).toHaveLength(count)),
    untilClosed: (count: number) => eventually(() => expect(closed).toBe(count)),
    release: () => {
      for (const respond of waiting.splice(0)) respond();
    },
  };
};

test('When as many requests are in progress as there may be, then further ones are 503 until one ends', async () => {
  const { shares, send, untilWaiting, release } = await open({ maxRequests: 2, maxBodyBytes: 1_000, bodyLimit: 100 });
  const first = [send(), send()];
  await untilWaiting(2);
  expect(await send()).toBe(503);
  release();
  expect(await Promise.all(first)).toEqual([200, 200]);
  await eventually(() => expect(shares).toEqual([0.5, 1, 0.5, 0]));
  const next = send();
  await untilWaiting(1);
  release();
  expect(await next).toBe(200);
});

test.each([
  ['of its length', { body: 'x'.repeat(60) }, { body: 'x'.repeat(41) }],
  ['that is compressed, of the greatest length', { body: 'x', headers: { 'Content-Encoding': 'gzip' } }, { body: 'x' }],
])('When a body in progress is counted, then it is one %s', async (_, occupying, refused) => {
  const { send, untilWaiting, release } = await open({ maxRequests: 10, maxBodyBytes: 100, bodyLimit: 100 });
  const first = send({ method: 'POST', ...occupying });
  await untilWaiting(1);
  expect(await send({ method: 'POST', ...refused })).toBe(503);
  const small = send();
  await untilWaiting(2);
  release();
  expect(await Promise.all([first, small])).toEqual([200, 200]);
});

test('When a client goes away, then its request counts no longer', async () => {
  const { send, untilWaiting, untilClosed, release } = await open({
    maxRequests: 1,
    maxBodyBytes: 100,
    bodyLimit: 100,
  });
  const abort = new AbortController();
  const gone = send({ signal: abort.signal }).catch(() => 'gone');
  await untilWaiting(1);
  abort.abort();
  expect(await gone).toBe('gone');
  await untilClosed(1);
  const next = send();
  await untilWaiting(2);
  release();
  expect(await next).toBe(200);
});
