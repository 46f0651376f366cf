import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import pino from 'pino';
import { newId } from '../../mongo/index.ts';
import { openFaultyProxy } from '../../testing/faulty-proxy.ts';
import { openTestSystem, type TestSystem } from '../../testing/test-system.ts';
import type { EventStore } from '../bus/transport.ts';
import { createLossCheck, type StreamNote } from './loss-check.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await openTestSystem();
});
afterAll(() => system.close());

const marginMs = 60_000;
const oldest = new Date('2026-05-01T12:00:00.000Z');

const consumer = (durable: string, deliveredUpTo: number) => ({
  durable,
  subject: 'ticket.updated',
  pending: 0,
  unacknowledged: 0,
  acknowledgedUpTo: 0,
  deliveredUpTo,
  isPulling: true,
});

/** A broker whose stream ends at `lastSequence`, and a check of it by a new process. */
const open = (initial: number) => {
  const broker: { lastSequence: number; readonly removed: string[] } = { lastSequence: initial, removed: [] };
  const store: EventStore = {
    state: async () => ({
      id: 'i',
      created: 'c',
      lastSequence: broker.lastSequence,
      oldestAt: oldest,
      bytes: 1,
      maxBytes: 2,
    }),
    sizes: async () => [],
    consumers: async () => [consumer('at-the-end', 10), consumer('ahead', 11)],
    messageId: async () => undefined,
    purge: async () => undefined,
    removeConsumer: async (durable) => void broker.removed.push(durable),
    lastAcknowledged: () => ({ sequence: initial, id: 'a' }),
    forgetAcknowledged: () => undefined,
  };
  return { broker, store };
};
const requests = () => system.collection<{ readonly _id: string; readonly since: Date }>('republications');
const check = (notes = system.collection<StreamNote>('stream-notes'), onLoss = () => {}) =>
  createLossCheck({
    notes,
    republications: system.collection('republications'),
    now: system.clock.now,
    newId,
    logger: pino({ level: 'silent' }),
    onLoss,
    marginMs,
  });

test('When a consumer is ahead of the stream, then it is removed before anything is published, since it would skip new events', async () => {
  const { broker, store } = open(10);
  await check()(store);
  expect(broker.removed).toEqual(['ahead']);
});

test('When two replicas see the same loss, then what has changed since the oldest message of the last note is republished once', async () => {
  const { broker, store } = open(10);
  let losses = 0;
  const onLoss = () => {
    losses += 1;
  };
  const replicas = [check(undefined, onLoss), check(undefined, onLoss)];
  for (const replica of replicas) await replica(store);
  expect([await requests().countDocuments(), losses]).toEqual([0, 0]);
  broker.lastSequence = 9;
  await Promise.all(replicas.map((replica) => replica(store)));
  const found = await requests().find().toArray();
  expect(found.map(({ since }) => since)).toEqual([new Date(oldest.getTime() - marginMs)]);
  expect(losses).toBeGreaterThan(0);
});

test('When the database is away as an acknowledgement shows a loss, then the next check that succeeds requests the republication, once', async () => {
  await requests().deleteMany({});
  const proxy = await openFaultyProxy(String(system.env.MONGO_URL));
  const url = new URL(proxy.url);
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  const client = await new MongoClient(url.href, { serverSelectionTimeoutMS: 200 }).connect();
  const { store } = open(10);
  const replica = check(client.db().collection<StreamNote>('stream-notes'));
  proxy.cut();
  await expect(replica(store, true)).rejects.toThrow();
  proxy.restore();
  await system.eventually(() => replica(store));
  expect(await requests().countDocuments()).toBe(1);
  await replica(store);
  expect(await requests().countDocuments()).toBe(1);
  await client.close();
  await proxy.close();
});
