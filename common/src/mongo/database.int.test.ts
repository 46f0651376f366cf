import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MongoClient, MongoServerError } from 'mongodb';
import pino from 'pino';
import { eventually } from '../testing/eventually.ts';
import { requireEnv } from '../testing/require-env.ts';
import { Database } from './database.ts';
import { defineCollection } from './define-collection.ts';
import { isDatabaseUnreachable, isDuplicateKey } from './errors.ts';
import { newId } from './new-id.ts';
import type { CollectionUpkeep } from './prepare-collections.ts';

const logger = pino({ level: 'silent' });
const url = new URL(requireEnv('MONGO_URL'));
url.pathname = `/t${newId()}`;

let database: Database;
let client: MongoClient;

beforeAll(async () => {
  client = await new MongoClient(url.href).connect();
  database = new Database({ url: url.href, appName: 'test', logger });
});
afterAll(async () => {
  await database.drop();
  await database.close();
  await client.close();
});

const define = (name: string, indexes: CollectionUpkeep['indexes'] = [], older: CollectionUpkeep = {}) =>
  defineCollection({
    name,
    fields: {
      title: { type: String, required: true },
      status: { type: String, enum: ['free', 'held'] },
      until: { type: Date },
    },
    indexes,
    ...older,
  });

test('When several replicas prepare one database at once, and again later, then all indexes and the validator are there', async () => {
  const definition = define('things', [
    { key: { title: 1 }, unique: true, partialFilterExpression: { status: 'held' }, name: 'one_held' },
    { key: { until: 1 }, expireAfterSeconds: 60 },
    { key: { title: 'text', status: 'text' }, weights: { title: 5 }, name: 'search' },
    { key: { status: 1, until: -1 } },
  ]);
  const replica = new Database({ url: url.href, appName: 'replica', logger });
  const definitions = [definition];
  await Promise.all([database, replica, database, replica].map((each) => each.prepare(definitions)));
  await replica.prepare(definitions);
  await replica.close();
  const indexes = await client.db().collection('things').indexes();
  expect(indexes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'one_held', unique: true, partialFilterExpression: { status: 'held' } }),
      expect.objectContaining({ key: { until: 1 }, expireAfterSeconds: 60 }),
      expect.objectContaining({ name: 'search', weights: { title: 5, status: 1 } }),
      expect.objectContaining({ key: { status: 1, until: -1 } }),
    ]),
  );
  expect(indexes).toHaveLength(5);
});

test('When the version before starts again, then the database accepts the values and fields of the next one', async () => {
  const fields = { status: { type: String, required: true }, seat: { row: { type: String } } } as const;
  const before = defineCollection({
    name: 'versions',
    fields: { status: { ...fields.status, enum: ['free'] }, seat: { row: { ...fields.seat.row, enum: ['A'] } } },
  });
  const next = defineCollection({ name: 'versions', fields: { ...fields, gate: { type: String } } });
  await database.prepare([next]);
  await database.prepare([before]);
  const versions = client.db().collection<{ _id: string; status?: string; seat?: object; gate?: string }>('versions');
  await versions.insertOne({ _id: '1', status: 'withdrawn', seat: { row: 'B' }, gate: '7' });
  await versions.updateOne({ _id: '1' }, { $set: { status: 'held', 'seat.row': 'C' } });
  await expect(versions.insertOne({ _id: '2' })).rejects.toThrow('validation');
  await expect(versions.updateOne({ _id: '1' }, [{ $set: { status: 1 } }])).rejects.toThrow('validation');
});

test('When an index has another definition than before, then several replicas replace it', async () => {
  const before = define('changing', [
    { key: { until: 1 }, expireAfterSeconds: 60 },
    { key: { title: 1 }, name: 'by_title' },
    { key: { status: 'text' }, name: 'search' },
  ]);
  await database.prepare([before]);
  const after = define('changing', [
    { key: { until: 1 }, expireAfterSeconds: 90 },
    { key: { title: 1, status: 1 }, name: 'by_title' },
    { key: { title: 'text' }, name: 'words' },
  ]);
  const replica = new Database({ url: url.href, appName: 'replica', logger });
  await Promise.all([database, replica, database].map((each) => each.prepare([after])));
  await replica.close();
  const indexes = await client.db().collection('changing').indexes();
  expect(indexes).toHaveLength(4);
  expect(indexes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ key: { until: 1 }, expireAfterSeconds: 90 }),
      expect.objectContaining({ name: 'by_title', key: { title: 1, status: 1 } }),
      expect.objectContaining({ name: 'words', weights: { title: 1 } }),
    ]),
  );
});

test('When a unique index has another definition than before, then it stays and the log names it', async () => {
  const before = define('unique_things', [{ key: { title: 1 }, unique: true, name: 'one_of_a_kind' }]);
  await database.prepare([before]);
  const after = define('unique_things', [{ key: { title: 1, status: 1 }, unique: true, name: 'one_of_a_kind' }]);
  const lines: string[] = [];
  const listening = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const replica = new Database({ url: url.href, appName: 'replica', logger: listening });
  const prepared = replica.prepare([after]);
  await eventually(() => expect(lines.join()).toContain('the unique index one_of_a_kind has another definition'));
  await replica.close();
  await expect(prepared).rejects.toThrow();
  expect(await client.db().collection('unique_things').indexes()).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'one_of_a_kind', key: { title: 1 } })]),
  );
});

test('When fields have new names, then several replicas rename them in documents of an earlier release, and later starts scan nothing', async () => {
  interface Renamed {
    readonly _id: string;
    readonly [field: string]: unknown;
  }
  const stored = client.db().collection<Renamed>('renamed');
  await stored.insertMany([
    { _id: 'old', label: 'a', window: { end: 1, begin: 0 }, status: 'free' },
    { _id: 'half', label: 'b' },
    { _id: 'new', title: 'c', window: { until: 3 } },
  ]);
  const definition = define('renamed', [{ key: { title: 1 }, unique: true, name: 'one_title' }], {
    renames: { label: 'title', 'window.end': 'window.until' },
  });
  const definitions = [definition];
  const replica = new Database({ url: url.href, appName: 'replica', logger });
  await Promise.all([database, replica, database].map((each) => each.prepare(definitions)));
  await client.db().command({ profile: 2 });
  await replica.prepare(definitions);
  await client.db().command({ profile: 0 });
  await replica.close();
  const profile = client.db().collection('system.profile');
  expect(await profile.find({ op: 'update', ns: stored.namespace }).toArray()).toEqual([
    expect.objectContaining({ docsExamined: 0 }),
  ]);
  expect(await stored.find().sort({ title: 1 }).toArray()).toEqual([
    { _id: 'old', title: 'a', window: { begin: 0, until: 1 }, status: 'free' },
    { _id: 'half', title: 'b' },
    { _id: 'new', title: 'c', window: { until: 3 } },
  ]);
});

test('When an index is retired, then several replicas drop it and later starts do not miss it', async () => {
  await database.prepare([define('retiring', [{ key: { title: 1 }, name: 'by_title' }])]);
  const after = define('retiring', [], { retiredIndexes: ['by_title'] });
  const replica = new Database({ url: url.href, appName: 'replica', logger });
  await Promise.all([database, replica, database].map((each) => each.prepare([after])));
  await replica.close();
  expect(await client.db().collection('retiring').indexes()).toEqual([expect.objectContaining({ name: '_id_' })]);
});

test('When only the name of an index has changed, then the old one is gone', async () => {
  await database.prepare([define('renaming', [{ key: { title: 1 }, name: 'before' }])]);
  await database.prepare([define('renaming', [{ key: { title: 1 }, name: 'after' }])]);
  const indexes = await client.db().collection('renaming').indexes();
  expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'after']);
});

test('When a database is prepared, then its time is the server’s, whatever the clock of this process shows', async () => {
  const ahead = new Database({ url: url.href, appName: 'ahead', logger, ownTime: () => Date.now() + 86_400_000 });
  await ahead.prepare([]);
  const offset = ahead.now().getTime() - Date.now();
  await ahead.close();
  expect(Math.abs(offset)).toBeLessThan(60_000);
});

test('When a document violates its schema, then the database refuses it, but one written earlier can be changed', async () => {
  const things = database.collection<{ _id: string; title?: string; status?: string }>('things');
  await expect(things.insertOne({ _id: newId() })).rejects.toBeInstanceOf(MongoServerError);
  const older = newId();
  await client.db().collection<{ _id: string }>('things').insertOne({ _id: older }, { bypassDocumentValidation: true });
  await things.updateOne({ _id: older }, { $set: { status: 'free' } });
  expect(await things.findOne({ _id: older })).toEqual({ _id: older, status: 'free' });
});

test('When a unique index refuses a write, then the error is not taken for an unreachable database', async () => {
  const things = database.collection<{ _id: string; title: string; status?: string }>('things');
  const _id = newId();
  await things.insertOne({ _id, title: 'a', status: 'held' });
  const refused: unknown = await things
    .insertOne({ _id: newId(), title: 'a', status: 'held' })
    .catch((error: unknown) => error);
  expect(isDuplicateKey(refused)).toBe(true);
  expect(isDatabaseUnreachable(refused)).toBe(false);
  expect(isDatabaseUnreachable(new Error('a bug'))).toBe(false);
});

test('When no server listens at the address of the database, then the database is down and errors are recognised as such', async () => {
  const absent = new Database({ url: 'mongodb://127.0.0.1:1/x?replicaSet=rs0', appName: 'absent', logger });
  const error: unknown = await absent
    .collection('things')
    .findOne({})
    .catch((thrown: unknown) => thrown);
  expect(isDatabaseUnreachable(error)).toBe(true);
  expect(absent.isUp()).toBe(false);
  const preparing = absent.prepare([define('things', [])]);
  await Promise.all([absent.close(), expect(preparing).rejects.toThrow()]);
  await eventually(() => expect(database.isUp()).toBe(true));
});
