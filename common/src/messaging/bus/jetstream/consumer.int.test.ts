import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import pino from 'pino';
import { eventually, throughout } from '../../../testing/eventually.ts';
import { openFaultyProxy } from '../../../testing/faulty-proxy.ts';
import { openNatsServer } from '../../../testing/servers.ts';
import type { ServerProcess } from '../../../testing/server-process.ts';
import type { Transport } from '../transport.ts';
import { createJetStreamTransport } from './transport.ts';

const maxBytes = 64 * 1024 * 1024;

let server: ServerProcess;
let transport: Transport;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  server = await openNatsServer();
  const url = `nats://127.0.0.1:${server.port}`;
  transport = createJetStreamTransport({ url, clientName: 'consumer', logger: pino({ level: 'silent' }), maxBytes });
  connection = await connect({ servers: url });
  manager = await jetstreamManager(connection);
  await eventually(() => expect(transport.isConnected()).toBe(true));
});
afterAll(async () => {
  await transport.close();
  await connection.close();
  await server.close();
});

/** Passes on what a client sends to NATS, without the first pull request. */
const withoutFirstPull = (onLost: () => void): Transform => {
  let rest = Buffer.alloc(0);
  let isLost = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const words = rest.toString('latin1', 0, end).split(' ');
        const [operation = '', subject = ''] = words;
        const hasPayload = operation === 'PUB' || operation === 'HPUB';
        const length = end + 2 + (hasPayload ? Number(words.at(-1)) + 2 : 0);
        if (rest.length < length) break;
        const isPull = hasPayload && subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.');
        if (!isPull || isLost) this.push(rest.subarray(0, length));
        else {
          isLost = true;
          onLost();
        }
        rest = rest.subarray(length);
      }
      done();
    },
  });
};

test('When a process follows a subject, then it notices within seconds that the server has lost its pull request', async () => {
  const lost = Promise.withResolvers<void>();
  const proxy = await openFaultyProxy(`nats://127.0.0.1:${server.port}`, {
    toServer: () => withoutFirstPull(lost.resolve),
  });
  const logger = pino({ level: 'silent' });
  const following = createJetStreamTransport({ url: proxy.url, clientName: 'follower', logger, maxBytes });
  const bodies: string[] = [];
  following.follow({ subject: 'ticket.followed', from: 'first', onMessage: (body) => bodies.push(body) });
  try {
    await lost.promise;
    await transport.publish({ subject: 'ticket.followed', id: randomUUID(), body: '{}' });
    // The client's own heartbeat of 15 s would take half a minute.
    await eventually(() => expect(bodies).toEqual(['{}']), 10_000);
  } finally {
    await following.close();
    await proxy.close();
  }
});

test.each([
  ['many messages', 'ticket.small', 3_000, 10, 1_000],
  ['large messages', 'ticket.large', 600, 50_000, 250],
])(
  'When %s wait in the stream, then a replica takes no more than the bound, and handles all',
  async (_, subject, count, size, bound) => {
    const body = 'x'.repeat(size);
    await Promise.all(Array.from({ length: count }, () => transport.publish({ subject, id: randomUUID(), body })));
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const subscription = await transport.subscribe({
      durable: subject.replace('.', '-'),
      subject,
      maxBatch: 1,
      concurrency: 1,
      onMessages: async (messages) => {
        await gate.promise;
        for (const message of messages) {
          handled.push(message.key);
          message.ack();
        }
      },
    });
    const taken = async () => (await manager.consumers.info('TICKETING', subject.replace('.', '-'))).num_ack_pending;
    await eventually(async () => expect(await taken()).toBeGreaterThan(bound / 2));
    // One more is being handled.
    await throughout(async () => expect(await taken()).toBeLessThanOrEqual(bound + 1), 1_000);
    gate.resolve();
    await eventually(() => expect(new Set(handled).size).toBe(count), 30_000);
    await subscription.stop();
  },
);
