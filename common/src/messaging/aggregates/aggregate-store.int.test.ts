import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MongoBulkWriteError, MongoClient, MongoServerError, type Collection, type Document } from 'mongodb';
import { z } from 'zod';
import { defineEvent } from '../../events/index.ts';
import { copyOf, isDatabaseUnreachable, isDuplicateKey, newId, objectOf, type DocumentOf } from '../../mongo/index.ts';
import { requireEnv } from '../../testing/require-env.ts';
import { createTurnstile, roundTrips } from '../../testing/turnstile.ts';
import { openStore } from './aggregate-store.ts';
import { defineAggregate } from './define-aggregate.ts';
import type { OutboxEntry } from './outbox.ts';
import { EventBacklogError, expression, maxWaitingEvents } from './store.ts';

const seatState = z.object({
  id: z.string(),
  version: z.number(),
  title: z.string(),
  price: z.number(),
  holder: z.string().optional(),
  place: z.object({ row: z.string(), tags: z.array(z.unknown()).optional() }).optional(),
  shownAs: z.string().optional(),
});
const seatCreated = defineEvent('ticket.created', seatState);
const seatUpdated = defineEvent('ticket.updated', seatState);
const seatRefused = defineEvent('ticket.refused', z.object({ ticketId: z.string(), reason: z.string() }));

const seats = defineAggregate({
  type: 'ticket',
  collection: 'seats',
  fields: {
    title: { type: String, required: true },
    price: { type: Number, required: true },
    owner: { type: String },
    place: objectOf({ row: { type: String, required: true }, tags: copyOf(z.array(z.unknown())) }),
    secret: { type: String },
    texts: objectOf({ short: { type: String }, long: { type: String } }),
  },
  state: seatState,
  publicFields: { holder: 'owner', shownAs: 'texts.short' },
  events: [seatCreated, seatUpdated],
  sideEvents: [seatRefused],
});
type Seat = DocumentOf<typeof seats>;

const trace = { correlationId: 'request', traceId: 'f'.repeat(32) };

let client: MongoClient;
let store: ReturnType<typeof openSeats>;
/** What the store has passed to its relay. */
const published: { readonly id: string; readonly entries: readonly OutboxEntry[] }[] = [];
const registered: string[] = [];

const openSeats = (
  through: <Doc extends Document>(collection: Collection<Doc>) => Collection<Doc> = (collection) => collection,
) =>
  openStore(seats, {
    database: { collection: <Doc extends Document>(name: string) => through(client.db().collection<Doc>(name)) },
    relay: {
      register: ({ aggregateType, collection }) => registered.push(`${aggregateType} ${collection.collectionName}`),
      publish: (_source, id, entries) => published.push({ id, entries }),
    },
    now: () => new Date('2026-01-01T00:00:00.000Z'),
    newId,
  });

beforeAll(async () => {
  const url = new URL(requireEnv('MONGO_URL'));
  url.pathname = `/t${newId()}`;
  client = await new MongoClient(url.href, { ignoreUndefined: true }).connect();
  store = openSeats();
  await store.collection.createIndex(
    { owner: 1 },
    { unique: true, partialFilterExpression: { owner: { $exists: true } } },
  );
});
beforeEach(() => {
  published.splice(0);
});
afterAll(async () => {
  await client.db().dropDatabase();
  await client.close();
});

const insert = (fields: Partial<Omit<Seat, 'version' | 'outbox'>> = {}) =>
  store.insert({ _id: newId(), title: 'Final', price: 1999, ...fields }, seatCreated, trace);

const stored = async (id: string): Promise<Seat> => {
  const seat = await store.collection.findOne({ _id: id });
  if (seat === null) throw new Error(`no seat ${id}`);
  return seat;
};

test('When an aggregate is inserted, then it has version 0 and its event, with its whole public state, in one document', async () => {
  const inserted = await insert({ secret: 'not public', place: { row: 'A', tags: ['x'] } });
  const seat = await stored(inserted._id);
  expect(seat).toEqual(inserted);
  expect(seat.version).toBe(0);
  expect(seat.outbox).toEqual([
    {
      id: expect.any(String),
      type: 'ticket.created',
      schemaVersion: 1,
      time: new Date('2026-01-01T00:00:00.000Z'),
      version: 0,
      ...trace,
      data: { id: seat._id, version: 0, title: 'Final', price: 1999, place: { row: 'A', tags: ['x'] } },
    },
  ]);
  expect(published).toEqual([{ id: seat._id, entries: seat.outbox }]);
  expect(registered).toEqual(['ticket seats']);
});

test('When a public field is in another field of the document, then events have it alone', async () => {
  const { _id, outbox } = await insert({ texts: { short: 'A 7', long: 'Row A, seat 7' } });
  await store.change({ filter: { _id }, set: { price: 2500 }, event: seatUpdated, trace });
  const seat = await stored(_id);
  expect([...outbox, ...seat.outbox].map(({ data }) => data)).toEqual([
    { id: _id, version: 0, title: 'Final', price: 1999, shownAs: 'A 7' },
    { id: _id, version: 0, title: 'Final', price: 1999, shownAs: 'A 7' },
    { id: _id, version: 1, title: 'Final', price: 2500, shownAs: 'A 7' },
  ]);
});

test('When an insert is refused by a unique index, then nothing is stored and nothing published', async () => {
  const holder = newId();
  await insert({ owner: holder });
  const second = newId();
  await expect(insert({ _id: second, owner: holder })).rejects.toBeInstanceOf(MongoServerError);
  expect(await store.collection.countDocuments({ _id: second })).toBe(0);
  expect(published).toHaveLength(1);
});

test('When a unique index refuses one of several inserts in one round trip, then the others are stored', async () => {
  const holder = newId();
  await insert({ owner: holder });
  const results = await Promise.allSettled([insert(), insert({ owner: holder }), insert()]);
  expect(results.map((result) => (result.status === 'rejected' ? isDuplicateKey(result.reason) : 'stored'))).toEqual([
    'stored',
    true,
    'stored',
  ]);
});

test('When the primary steps down in the middle of several inserts, then the outcome of each is unknown', async () => {
  const error: Error = Reflect.construct(MongoBulkWriteError, [
    { message: 'duplicate key', code: 11_000, writeErrors: [{ code: 11_000 }, { code: 11_602 }] },
    {
      getWriteConcernError: () => undefined,
      getWriteErrors: () => [
        { code: 11_000, index: 0 },
        { code: 11_602, index: 1 },
      ],
    },
  ]);
  const stepsDown = openSeats(<Doc extends Document>(collection: Collection<Doc>) =>
    createTurnstile().gate(collection, new Set(['insertMany']), () => Promise.reject(error)),
  );
  const results = await Promise.allSettled(
    Array.from({ length: 3 }, () =>
      stepsDown.insert({ _id: newId(), title: 'Final', price: 1999 }, seatCreated, trace),
    ),
  );
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(reasons).toHaveLength(3);
  expect(reasons.map(isDatabaseUnreachable)).toEqual([true, true, true]);
  expect(reasons.map(isDuplicateKey)).toEqual([false, false, false]);
});

test('When an aggregate is changed, then its version grows by one and the event has exactly the state after the write', async () => {
  const { _id } = await insert({ place: { row: 'A', tags: [] }, secret: 's' });
  const after = await store.change({
    filter: { _id, version: 0 },
    set: { price: 2500, owner: 'me', place: { row: 'B', tags: [] } },
    event: seatUpdated,
    trace,
  });
  const seat = await stored(_id);
  expect(after).toEqual(seat);
  expect(seat).toMatchObject({ version: 1, price: 2500, owner: 'me', place: { row: 'B', tags: [] }, secret: 's' });
  expect(seat.outbox).toHaveLength(2);
  expect(seat.outbox[1]).toMatchObject({
    type: 'ticket.updated',
    version: 1,
    data: { id: _id, version: 1, title: 'Final', price: 2500, holder: 'me', place: { row: 'B', tags: [] } },
  });
  expect(published.at(-1)).toEqual({ id: _id, entries: [seat.outbox[1]] });
});

test('When the condition of a change does not hold, then nothing is changed and nothing published', async () => {
  const before = await insert();
  published.splice(0);
  const change = { filter: { _id: before._id, version: 7 }, set: { price: 1 }, event: seatUpdated, trace };
  expect(await store.change(change)).toBeNull();
  expect(await store.changeMany([change])).toEqual([false]);
  expect(await stored(before._id)).toEqual(before);
  expect(published).toEqual([]);
});

test('When a field is unset, then the event no longer has it either', async () => {
  const { _id } = await insert({ owner: newId() });
  await store.change({ filter: { _id }, set: {}, unset: ['owner', 'place'], event: seatUpdated, trace });
  const seat = await stored(_id);
  expect(seat).not.toHaveProperty('owner');
  expect(seat.version).toBe(1);
  expect(Object.keys(seat.outbox[1]?.data ?? {}).toSorted()).toEqual(['id', 'price', 'title', 'version']);
});

test.each([
  ['a string that looks like a field', '$price'],
  ['a string that looks like a variable', '$$ROOT'],
  ['a string with a dollar inside', 'cost: $5 {"$gt": ""}'],
  ['an empty string', ''],
])('When %s is written, then it is stored and published literally', async (_, title) => {
  const { _id } = await insert({ title });
  expect((await stored(_id)).title).toBe(title);
  await store.change({ filter: { _id }, set: { title: `${title}!`, owner: undefined }, event: seatUpdated, trace });
  await store.changeMany([{ filter: { _id }, set: { title }, event: seatUpdated, trace }]);
  const seat = await stored(_id);
  expect(seat.title).toBe(title);
  expect(seat.outbox.map(({ data }) => data.title)).toEqual([title, `${title}!`, title]);
});

test('When a value holds operators, arrays and nested objects, then it is stored literally', async () => {
  const { _id } = await insert();
  const tags = [{ $gt: '' }, ['$price', { $add: [1, 2] }], null];
  await store.change({ filter: { _id }, set: { place: { row: '$title', tags } }, event: seatUpdated, trace });
  const seat = await stored(_id);
  expect(seat.place).toEqual({ row: '$title', tags });
  expect(seat.outbox[1]?.data).toMatchObject({ place: { row: '$title', tags } });
});

test('When a value is an expression, then the database computes it from the document', async () => {
  const { _id } = await insert({ price: 1000 });
  await store.change({
    filter: { _id },
    set: { price: expression({ $add: ['$price', 1] }), title: expression('$_id') },
    event: seatUpdated,
    trace,
  });
  expect(await stored(_id)).toMatchObject({ price: 1001, title: _id });
});

test('When a side event is published, then it has its own data and the version is unchanged', async () => {
  const { _id } = await insert();
  const data = { ticketId: _id, reason: '$taken' };
  const after = await store.publishSideEvent({
    filter: { _id },
    set: { secret: 's' },
    event: seatRefused,
    data,
    trace,
  });
  const seat = await stored(_id);
  expect(after).toEqual(seat);
  expect(seat).toMatchObject({ version: 0, secret: 's' });
  expect(seat.outbox[1]).toMatchObject({ type: 'ticket.refused', version: 0, data });
  await store.change({ filter: { _id }, set: { price: 1 }, event: seatUpdated, trace });
  expect(await stored(_id)).toMatchObject({ version: 1 });
});

test('When a change has a side event, then both are stored by the one write, and published in order', async () => {
  const { _id } = await insert();
  const data = { ticketId: _id, reason: '$taken' };
  const sideEvent = { event: seatRefused, data };
  await store.change({ filter: { _id }, set: { price: 3 }, event: seatUpdated, sideEvent, trace });
  const [, first, second] = (await stored(_id)).outbox;
  expect(first).toMatchObject({ type: 'ticket.updated', version: 1, data: { price: 3 } });
  expect(second).toMatchObject({ type: 'ticket.refused', version: 1, data });
  expect(await store.change({ filter: { _id, version: 7 }, set: {}, event: seatUpdated, sideEvent, trace })).toBeNull();
  expect((await stored(_id)).outbox).toHaveLength(3);
});

test('When a state is republished, then its event has a new id, the same data and the unchanged version', async () => {
  const { _id } = await insert();
  await store.change({ filter: { _id }, set: { price: 7 }, event: seatUpdated, trace });
  const write = { filter: { _id }, set: { secret: 'republished' }, event: seatUpdated, trace };
  expect(await store.republish([write, { ...write, filter: { _id, version: 7 } }])).toEqual([true, false]);
  const { version, secret, outbox } = await stored(_id);
  expect([version, secret]).toEqual([1, 'republished']);
  const [, first, second, ...others] = outbox;
  expect(second).toMatchObject({ type: 'ticket.updated', version: 1, data: first?.data });
  expect(second?.id).not.toBe(first?.id);
  expect(others).toEqual([]);
});

test('When a document is changed that has neither version nor outbox, then its first version is 0', async () => {
  const _id = newId();
  await client.db().collection<{ _id: string; title: string }>('seats').insertOne({ _id, title: 'bare' });
  const after = await store.change({ filter: { _id }, set: { price: 5 }, event: seatCreated, trace });
  expect(after).toMatchObject({ version: 0, price: 5 });
  expect(after?.outbox).toMatchObject([{ version: 0, data: { id: _id, version: 0, title: 'bare', price: 5 } }]);
});

test('When one aggregate is changed 50 times in parallel, then its versions are consecutive and each has its own event', async () => {
  const { _id } = await insert({ price: 0 });
  published.splice(0);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      store.change({
        filter: { _id },
        set: { price: expression({ $add: ['$price', 1] }), title: `change ${index}` },
        event: seatUpdated,
        trace,
      }),
    ),
  );
  const seat = await stored(_id);
  const versions = Array.from({ length: 51 }, (_, version) => version);
  expect(seat).toMatchObject({ version: 50, price: 50 });
  expect(seat.outbox.map(({ version }) => version)).toEqual(versions);
  // Each event has the state that its own write left, not that of another.
  expect(seat.outbox.map(({ data }) => data.price)).toEqual(versions);
  expect(new Set(seat.outbox.map(({ id }) => id)).size).toBe(51);
  expect(results.map((after) => after?.version).toSorted((a, b) => Number(a) - Number(b))).toEqual(versions.slice(1));
  expect(published.flatMap(({ entries }) => entries.map(({ version }) => version)).toSorted((a, b) => a - b)).toEqual(
    versions.slice(1),
  );
});

test('When many are changed at once, then the result says whether each condition held, and exactly those changes are published', async () => {
  const [one, two, three] = await Promise.all([insert(), insert(), insert()]);
  published.splice(0);
  const change = (seat: Pick<Seat, '_id'>, version: number, title: string) => ({
    filter: { _id: seat._id, version },
    set: { title },
    event: seatUpdated,
    trace,
  });
  const made = await store.changeMany([
    change(one, 0, 'first'),
    change(two, 5, 'refused'),
    change(three, 0, 'third'),
    change(one, 0, 'too late'),
    change(one, 1, 'second'),
    { filter: { _id: newId() }, set: {}, event: seatUpdated, trace },
  ]);
  expect(made[1]).toBe(false);
  expect(made[2]).toBe(true);
  expect(made[5]).toBe(false);
  // Which of the two changes from version 0 wins is the database's choice; exactly one of them does.
  expect([made[0], made[3]].filter((held) => held)).toHaveLength(1);
  expect(await stored(two._id)).toEqual(two);
  const changes = made.filter((held) => held).length;
  expect(published.flatMap(({ entries }) => entries)).toHaveLength(changes);
  const changed = await Promise.all([one, two, three].map(({ _id }) => stored(_id)));
  expect(changed.reduce((sum, { version }) => sum + version, 0)).toBe(changes);
  for (const seat of changed) expect(seat.outbox.map(({ version }) => version)).toEqual([...seat.outbox.keys()]);
});

test('When one is changed alone, then that takes one round trip', async () => {
  const { _id } = await insert();
  published.splice(0);
  const trips: string[] = [];
  const counted = openSeats((collection) =>
    createTurnstile().gate(collection, roundTrips, (call, name) => {
      trips.push(String(name));
      return call();
    }),
  );
  const change = { filter: { _id, version: 0 }, set: { title: 'Semi-final' }, event: seatUpdated, trace };
  expect(await counted.changeMany([change])).toEqual([true]);
  expect(await counted.changeMany([change])).toEqual([false]);
  expect(trips).toHaveLength(2);
  const { outbox } = await stored(_id);
  expect(published).toEqual([{ id: _id, entries: outbox.slice(1) }]);
});

test('When there are no changes, then the result is empty', async () => {
  expect(await store.changeMany([])).toEqual([]);
});

test('When an aggregate is written, then it has the time of its last change, whatever kind of event it was', async () => {
  const at = new Date('2026-01-01T00:00:00.000Z');
  const { _id } = await insert();
  expect(await stored(_id)).toMatchObject({ changedAt: at });
  const writes = [
    () => store.change({ filter: { _id }, set: { price: 1 }, event: seatUpdated, trace }),
    () => store.republish([{ filter: { _id }, set: {}, event: seatUpdated, trace }]),
    () =>
      store.publishSideEvent({
        filter: { _id },
        set: {},
        event: seatRefused,
        data: { ticketId: _id, reason: 'r' },
        trace,
      }),
  ];
  for (const write of writes) {
    await store.collection.updateOne({ _id }, { $unset: { changedAt: true } });
    await write();
    expect(await stored(_id)).toMatchObject({ changedAt: at });
  }
});

test('When too many events of an aggregate wait, then a change that can be asked for again is refused, and any other made', async () => {
  const { _id } = await insert();
  const change = { filter: { _id }, set: { price: 1 }, event: seatUpdated, trace };
  for (let waiting = 1; waiting < maxWaitingEvents; waiting += 1) {
    expect(await store.change({ ...change, whenBacklogged: 'refuse' })).not.toBeNull();
  }
  await expect(store.change({ ...change, whenBacklogged: 'refuse' })).rejects.toThrow(EventBacklogError);
  expect((await stored(_id)).version).toBe(maxWaitingEvents - 1);
  expect(await store.change(change)).toMatchObject({ version: maxWaitingEvents });
  // A condition that does not hold is no backlog.
  await store.collection.updateOne({ _id }, { $set: { outbox: [] } });
  expect(await store.change({ ...change, filter: { _id, version: 0 }, whenBacklogged: 'refuse' })).toBeNull();
});
