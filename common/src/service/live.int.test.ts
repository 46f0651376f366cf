import { expect, test } from '@jest/globals';
import express from 'express';
import { once } from 'node:events';
import pino from 'pino';
import type { FollowOptions } from '../messaging/bus/transport.ts';
import { eventually, readLive } from '../testing/index.ts';
import { openLive } from './live.ts';
import { Metrics } from './metrics.ts';

test('When nobody looks at a thing, then its events are not received; once somebody does, they are', async () => {
  const following: FollowOptions[] = [];
  const transport = {
    follow: (options: FollowOptions) => {
      following.push(options);
      options.onBegin?.();
      return { caughtUp: Promise.resolve(), stop: () => Promise.resolve() };
    },
    isConnected: () => true,
  };
  const logger = pino({ level: 'silent' });
  const live = openLive({ logger, metrics: new Metrics(), transport }, { RATE_LIMITS: 'on' }, { isEnded: () => false });
  let price = 1;
  const things = live.of({ read: async () => ({ price }) }, [{ type: 'ticket.updated' }]);
  const worker = live.start();
  const app = express();
  app.get('/', (req, res) => {
    req.clientAddress = '203.0.113.1';
    return things.open(req, res, 'a');
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(following).toEqual([]);
  const address = server.address();
  const reader = await readLive(
    `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
  );
  expect(following.map(({ subject, from }) => ({ subject, from }))).toEqual([
    { subject: 'ticket.updated', from: 'next' },
  ]);
  price = 2;
  following[0]?.onMessage('malformed');
  following[0]?.onMessage(JSON.stringify({ aggregate: { id: 'b' } }));
  following[0]?.onMessage(JSON.stringify({ aggregate: { id: 'a' } }));
  await eventually(() => expect(reader.messages.at(-1)?.data).toEqual({ price: 2 }));
  reader.close();
  await worker.stop();
  server.close();
});
