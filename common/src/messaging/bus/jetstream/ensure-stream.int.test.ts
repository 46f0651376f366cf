import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { eventually } from '../../../testing/eventually.ts';
import { openNatsServer } from '../../../testing/servers.ts';
import type { ServerProcess } from '../../../testing/server-process.ts';
import type { Transport } from '../transport.ts';
import { createJetStreamTransport } from './transport.ts';

const megabyte = 1024 * 1024;
const storeMegabytes = 60;
const logger = pino({ level: 'silent' });

let server: ServerProcess;
let connection: NatsConnection;
let manager: JetStreamManager;
const transports: Transport[] = [];

beforeAll(async () => {
  const config = join(tmpdir(), `nats-${randomUUID()}.conf`);
  await writeFile(config, `jetstream { max_file_store: ${storeMegabytes}MB }\n`);
  server = await openNatsServer({ config });
  connection = await connect({ servers: `nats://127.0.0.1:${server.port}` });
  manager = await jetstreamManager(connection);
});
afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
  for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
});
afterAll(async () => {
  await connection.close();
  await server.close();
});

const open = async (maxBytes: number): Promise<Transport> => {
  const url = `nats://127.0.0.1:${server.port}`;
  const transport = createJetStreamTransport({ url, clientName: 'bounded', logger, maxBytes });
  transports.push(transport);
  await eventually(() => expect(transport.isConnected()).toBe(true));
  return transport;
};
const configOf = async () => (await manager.streams.info('TICKETING')).config;
const publish = (transport: Transport, body: string) =>
  transport.publish({ subject: 'ticket.updated', id: randomUUID(), body });

test('When the stream is created, then it is bounded in bytes and refuses new events rather than drop old ones', async () => {
  await open(40 * megabyte);
  expect(await configOf()).toMatchObject({ max_bytes: (40 * 31 * megabyte) / 32, discard: 'new', retention: 'limits' });
});

test('When an earlier release has created the stream without a bound, then the bound is added', async () => {
  const subjects = ['user.>', 'ticket.>', 'order.>', 'charge.>'];
  await manager.streams.add({ name: 'TICKETING', subjects, storage: 'file', discard: 'old' });
  await open(40 * megabyte);
  expect(await configOf()).toMatchObject({ max_bytes: (40 * 31 * megabyte) / 32, discard: 'new' });
});

test('When the store of the server is smaller than the bound, then the stream takes what the store can hold', async () => {
  await open(1_440 * megabyte);
  const { max_bytes: bytes } = await configOf();
  expect(bytes).toBeLessThanOrEqual(storeMegabytes * megabyte);
  expect(bytes).toBeGreaterThanOrEqual(0.6 * storeMegabytes * megabyte);
  // Another replica, or a reconnection, changes nothing.
  await open(1_440 * megabyte);
  expect(await configOf()).toMatchObject({ max_bytes: bytes });
});

test('When the stream is full, then publications are rejected, everything in it stays, and room lets them through', async () => {
  const transport = await open(2 * megabyte);
  const body = 'x'.repeat(50_000);
  const accepted = { count: 0 };
  const fill = async () => {
    for (; accepted.count < 100; accepted.count += 1) await publish(transport, body);
  };
  await expect(fill()).rejects.toThrow();
  expect(accepted.count).toBeGreaterThan(10);
  expect((await manager.streams.info('TICKETING')).state).toMatchObject({ messages: accepted.count, first_seq: 1 });
  await manager.streams.purge('TICKETING', { filter: 'ticket.updated', seq: 11 });
  await publish(transport, body);
});

test('When the stream exists and cannot be updated, then it is used as it is', async () => {
  await manager.streams.add({ name: 'TICKETING', subjects: ['ticket.>'] });
  await manager.streams.add({ name: 'OTHER', subjects: ['charge.>'] });
  await publish(await open(2 * megabyte), 'still carried');
  expect((await configOf()).subjects).toEqual(['ticket.>']);
});

test('When the stream has subjects of a newer version, then an older replica keeps them', async () => {
  await open(2 * megabyte);
  const { subjects } = await configOf();
  await manager.streams.update('TICKETING', { subjects: [...subjects, 'venue.>'], max_bytes: 3 * megabyte });
  await open(2 * megabyte);
  expect(await configOf()).toMatchObject({ subjects: [...subjects, 'venue.>'], max_bytes: megabyte });
});

test('When another version has taken a subject out of the stream, then a failed publication adds it again', async () => {
  const transport = await open(2 * megabyte);
  const subjects = (await configOf()).subjects.filter((subject) => subject !== 'ticket.>');
  await manager.streams.update('TICKETING', { subjects });
  await eventually(() => publish(transport, 'carried'), 20_000);
});

test('When the stream has this version’s settings, then another replica does not update it', async () => {
  const advisories = connection.subscribe('$JS.EVENT.ADVISORY.STREAM.*.TICKETING');
  const actions: unknown[] = [];
  const following = (async () => {
    for await (const advisory of advisories) actions.push(advisory.json<{ readonly action?: string }>().action);
  })();
  await open(2 * megabyte);
  await open(2 * megabyte);
  await open(100 * megabyte);
  await open(100 * megabyte);
  await connection.flush();
  advisories.unsubscribe();
  await following;
  // The third enlarges it as far as the store allows.
  expect(actions).toEqual(['create', 'modify']);
});

test('When replicas create the stream at the same time, then it has one id, which updates keep', async () => {
  await Promise.all(Array.from({ length: 4 }, () => open(2 * megabyte)));
  const { metadata } = await configOf();
  expect(metadata?.['id']).toEqual(expect.any(String));
  await open(3 * megabyte);
  expect((await configOf()).metadata?.['id']).toBe(metadata?.['id']);
});

test('When an earlier release has created the stream without an id, then all replicas give it the same one', async () => {
  await manager.streams.add({ name: 'TICKETING', subjects: ['user.>', 'ticket.>', 'order.>', 'charge.>'] });
  const { created } = await manager.streams.info('TICKETING');
  await Promise.all(Array.from({ length: 4 }, () => open(2 * megabyte)));
  expect((await configOf()).metadata?.['id']).toBe(created);
});

test('When a process connects, then ended sessions have a small stream of their own, whose oldest go first', async () => {
  await open(32 * megabyte);
  const { config } = await manager.streams.info('TICKETING-SESSIONS');
  expect(config).toMatchObject({
    subjects: ['session.>'],
    max_bytes: megabyte,
    discard: 'old',
    max_age: 7 * 24 * 60 * 60 * 1e9,
  });
});

test('When the stream of ended sessions is full, then further ones are published, and the events are not touched', async () => {
  const transport = await open(32 * megabyte);
  const body = 'x'.repeat(10_000);
  for (let count = 0; count < 150; count += 1) {
    await transport.publish({ subject: 'session.ended', id: randomUUID(), body });
  }
  const { state } = await manager.streams.info('TICKETING-SESSIONS');
  expect(state).toMatchObject({ last_seq: 150 });
  expect(state.bytes).toBeLessThanOrEqual(megabyte);
  expect((await manager.streams.info('TICKETING')).state.messages).toBe(0);
});

test('When ended sessions and events are published in turn, then their sequences are not taken for a loss', async () => {
  const transport = await open(32 * megabyte);
  const rewound: string[] = [];
  transport.guard({ beforePublishing: async () => undefined, onRewound: () => rewound.push('rewound') });
  for (let count = 0; count < 5; count += 1) await publish(transport, 'event');
  await transport.publish({ subject: 'session.ended', id: randomUUID(), body: 'ended' });
  await publish(transport, 'event');
  expect(rewound).toEqual([]);
  expect(transport.store?.lastAcknowledged()?.sequence).toBe(6);
});
