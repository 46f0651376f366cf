import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Collection } from 'mongodb';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import pino from 'pino';
import { userUpdated } from '../../events/index.ts';
import { newId } from '../../mongo/index.ts';
import { openTestSystem, testStreamBytes, type TestSystem } from '../../testing/index.ts';
import { createJetStreamTransport } from '../bus/jetstream/transport.ts';
import type { AggregateDocument, OutboxEntry } from './outbox.ts';
import { Relay, type OutboxCollection } from './relay.ts';
import type { Transport } from '../bus/transport.ts';

const logger = pino({ level: 'silent' });
let system: TestSystem;
let bus: Transport;
let source: OutboxCollection;
let users: Collection<AggregateDocument>;
const relays: Relay[] = [];

beforeAll(async () => {
  system = await openTestSystem();
  bus = createJetStreamTransport({
    url: String(system.env.NATS_URL),
    clientName: 'relay',
    logger,
    namespace: system.name,
    maxBytes: testStreamBytes,
  });
  users = system.collection<AggregateDocument>('users');
  source = { aggregateType: 'user', subjects: [userUpdated.type], collection: users };
  await system.eventually(() => expect(bus.isConnected()).toBe(true));
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop(0)));
});
afterAll(async () => {
  await bus.close();
  await system.close();
});

const startRelay = (transport: Transport = bus, maxBytes?: number, periodMs = 100, from = source) => {
  const counted = { published: 0, swept: 0, waiting: 0 };
  const relay = new Relay({
    transport,
    logger,
    now: system.clock.now,
    periodMs,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    counters: {
      published: (count) => (counted.published += count),
      swept: (count) => (counted.swept += count),
      waiting: (count) => (counted.waiting = count),
    },
  });
  relay.register(from);
  relay.start();
  relays.push(relay);
  return { relay, counted };
};

const entry = (id: string, version: number, ageMs = 0): OutboxEntry => ({
  id: newId(),
  type: userUpdated.type,
  schemaVersion: 1,
  time: new Date(system.clock.now().getTime() - ageMs),
  version,
  correlationId: 'test',
  traceId: '0'.repeat(32),
  data: { id, version, email: `${version}@example.com` },
});

/** What a process leaves behind that dies right after its write: a document whose events nobody publishes. */
const leftBehind = async (versions: readonly number[], ageMs: number) => {
  const id = newId();
  const outbox = versions.map((version) => entry(id, version, ageMs));
  await users.insertOne({ _id: id, version: versions.at(-1) ?? 0, outbox });
  return { id, outbox };
};
const published = (id: string) => system.events(userUpdated).filter(({ aggregate }) => aggregate.id === id);
const untilCleared = (id: string) =>
  system.eventually(async () => expect((await users.findOne({ _id: id }))?.outbox).toEqual([]));

/** The real broker, which refuses publications while `outage.active` is set. */
const withOutage = () => {
  const outage = { active: false, refused: 0 };
  const transport: Transport = {
    ...bus,
    name: bus.name,
    publish: (message) => {
      if (!outage.active) return bus.publish(message);
      outage.refused += 1;
      return Promise.reject(new Error('away'));
    },
    subscribe: (options) => bus.subscribe(options),
    isConnected: () => bus.isConnected(),
    close: () => bus.close(),
  };
  return { outage, transport };
};

test('When a process died between its write and the publication, then a sweep publishes its event, once', async () => {
  const { id, outbox } = await leftBehind([0, 1, 2], 10_000);
  const { counted } = startRelay();
  await untilCleared(id);
  expect(published(id)).toEqual(
    outbox.map(({ id: eventId, version, time }) => ({
      id: eventId,
      type: 'user.updated',
      schemaVersion: 1,
      time: time.toISOString(),
      aggregate: { type: 'user', id, version },
      correlationId: 'test',
      traceId: '0'.repeat(32),
      data: { id, version, email: `${version}@example.com` },
    })),
  );
  expect(counted).toEqual({ published: 3, swept: 3, waiting: 0 });
});

test('When events are removed after a sweep has read them, then it publishes none of them again', async () => {
  const { id } = await leftBehind([0, 1, 2], 10_000);
  const [readAgain, removed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let sweeps = 0;
  const find = (...args: Parameters<typeof users.find>) => ({
    toArray: async () => {
      sweeps += 1;
      const found = await users.find(...args).toArray();
      if (counted.published === 3) {
        readAgain.resolve();
        await removed.promise;
        // The relay has noticed the removal too.
        await turnOfTheLoop();
      }
      return found;
    },
  });
  const bulkWrite = async (...args: Parameters<typeof users.bulkWrite>) => {
    await readAgain.promise;
    return users.bulkWrite(...args).finally(removed.resolve);
  };
  const collection = Object.assign(Object.create(users), { find, bulkWrite });
  const { counted } = startRelay(bus, undefined, 100, { ...source, collection });
  await untilCleared(id);
  const before = sweeps;
  await system.eventually(() => expect(sweeps).toBeGreaterThan(before + 1));
  expect(counted).toEqual({ published: 3, swept: 3, waiting: 0 });
});

test('When a change is recent, then the sweep leaves it to the process that made it', async () => {
  const fresh = await leftBehind([0], 0);
  const old = await leftBehind([0], 10_000);
  startRelay();
  await untilCleared(old.id);
  expect(published(fresh.id)).toEqual([]);
  system.clock.advance(4_000);
  await untilCleared(fresh.id);
  expect(published(fresh.id)).toHaveLength(1);
});

test('When two replicas sweep at once, then nothing is lost and every outbox is emptied', async () => {
  const left = await Promise.all(Array.from({ length: 20 }, () => leftBehind([0, 1], 10_000)));
  startRelay();
  startRelay();
  for (const { id } of left) {
    await untilCleared(id);
    expect(published(id).map(({ aggregate }) => aggregate.version)).toEqual([0, 1]);
  }
});

test('When the broker refuses for a while, then pending events are published once it accepts again', async () => {
  const { outage, transport } = withOutage();
  const { relay, counted } = startRelay(transport);
  outage.active = true;
  const { id, outbox } = await leftBehind([0, 1], 0);
  relay.publish(source, id, outbox);
  await system.eventually(() => {
    expect(outage.refused).toBeGreaterThan(4);
    expect(counted.waiting).toBe(2);
  });
  expect(published(id)).toEqual([]);
  outage.active = false;
  await untilCleared(id);
  expect(published(id)).toHaveLength(2);
  expect(counted).toEqual({ published: 2, swept: 0, waiting: 0 });
});

test('When a process stops while the broker is unreachable, then the next process publishes the pending events', async () => {
  const { outage, transport } = withOutage();
  outage.active = true;
  const { relay } = startRelay(transport);
  const { id, outbox } = await leftBehind([0], 0);
  relay.publish(source, id, outbox);
  await system.eventually(() => expect(outage.refused).toBeGreaterThan(0));
  await relay.stop(0);
  expect((await users.findOne({ _id: id }))?.outbox).toHaveLength(1);
  startRelay();
  system.clock.advance(5_000);
  await untilCleared(id);
  expect(published(id)).toHaveLength(1);
});

test('When a process stops, then it first finishes its publications and empties the outboxes', async () => {
  const { relay } = startRelay();
  const { id, outbox } = await leftBehind([0], 0);
  relay.publish(source, id, outbox);
  await relay.stop(2_000);
  expect((await users.findOne({ _id: id }))?.outbox).toEqual([]);
});

test('When an event is published a minute after its write or later, then its document has the time of the publication', async () => {
  const late = await leftBehind([0, 1], 61_000);
  const recent = await leftBehind([0], 50_000);
  await users.updateMany({ _id: { $in: [late.id, recent.id] } }, { $set: { changedAt: new Date(0) } });
  const { relay } = startRelay();
  const before = system.clock.now();
  for (const { id, outbox } of [late, recent]) relay.publish(source, id, outbox);
  for (const { id } of [late, recent]) await untilCleared(id);
  const changedAt = async (id: string) => (await users.findOne({ _id: id }))?.changedAt;
  expect((await changedAt(late.id))?.getTime()).toBeGreaterThanOrEqual(before.getTime());
  // The margin of a republication covers it, and the document keeps its place in the order of changes.
  expect(await changedAt(recent.id)).toEqual(new Date(0));
});

test('When many events of one document were published, then they are removed before the period is over', async () => {
  const { relay } = startRelay(bus, undefined, 3_600_000);
  const { id, outbox } = await leftBehind(
    Array.from({ length: 40 }, (_, version) => version),
    0,
  );
  relay.publish(source, id, outbox);
  await system.eventually(async () => expect((await users.findOne({ _id: id }))?.outbox.length).toBeLessThan(16));
});

test('When more waits than the relay may hold, then the rest stays in the database and is published by the sweep', async () => {
  const { outage, transport } = withOutage();
  outage.active = true;
  const { relay, counted } = startRelay(transport, 10_000);
  const left = await Promise.all(Array.from({ length: 100 }, () => leftBehind([0], 0)));
  for (const { id, outbox } of left) relay.publish(source, id, outbox);
  await system.eventually(() => expect(counted.waiting).toBeGreaterThan(0));
  // An event of this test has about 300 bytes.
  expect(counted.waiting).toBeLessThanOrEqual(40);
  expect(relay.hasRoom()).toBe(false);
  outage.active = false;
  system.clock.advance(5_000);
  for (const { id } of left) await untilCleared(id);
  for (const { id } of left) expect(published(id)).toHaveLength(1);
});

test('When several parts of a process wait for what it stores, then each hears of it', () => {
  const { relay } = startRelay();
  const heard: string[] = [];
  for (const part of ['one', 'another']) relay.onStored(userUpdated.type, (id) => heard.push(`${part} ${id}`));
  const id = newId();
  relay.publish(source, id, [entry(id, 0)]);
  expect(heard).toEqual([`one ${id}`, `another ${id}`]);
});
