import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { ticketCreated, userCreated, userState, userUpdated } from '../events/index.ts';
import { buildApp } from '../http/index.ts';
import { defineAggregate, on, openStore } from '../messaging/index.ts';
import { commonEnv, httpKit, openService, readEnv, type RunningService } from '../service/index.ts';
import { throughout } from '../testing/eventually.ts';
import { openTestSystem, type TestSystem } from '../testing/index.ts';
import { openMongodWithSecondary } from '../testing/servers.ts';
import { Database, isDatabaseUnreachable, isDuplicateKey, newId } from './index.ts';

const users = defineAggregate({
  type: 'user',
  collection: 'users',
  fields: { email: { type: String, required: true } },
  indexes: [{ key: { email: 1 }, unique: true, name: 'one_account_per_email' }],
  state: userState.pick({ id: true, version: true, email: true }),
  events: [userCreated, userUpdated],
});
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

let system: TestSystem;
let mongod: Awaited<ReturnType<typeof openMongodWithSecondary>>;
let service: RunningService;
let store: ReturnType<typeof openUsers>;

const openUsers = (opened: ReturnType<typeof openService>) => openStore(users, opened);

beforeAll(async () => {
  [system, mongod] = await Promise.all([openTestSystem(), openMongodWithSecondary()]);
  const url = new URL(mongod.url);
  url.pathname = `/${system.name}`;
  service = await system.start((overrides) => {
    const opened = openService('users', readEnv(commonEnv, { ...system.env, MONGO_URL: url.href }), overrides);
    store = openUsers(opened);
    const app = buildApp(httpKit(opened), (routes) => {
      routes.post('/users/:id', async ({ params: { id } }, res) => {
        await store.insert({ _id: id, email: id }, userCreated, trace);
        res.status(201).send({});
      });
    });
    const rename = on(ticketCreated, async (tickets) => {
      await store.changeMany(
        tickets.map(({ state }) => ({
          filter: { _id: state.id, email: { $ne: state.title } },
          set: { email: state.title },
          event: userUpdated,
          trace,
        })),
      );
    });
    return opened.run({ collections: [users], app, listeners: [rename] });
  });
}, 60_000);
afterEach(async () => {
  mongod.secondary.thaw();
  await system.eventually(async () => expect(await statusOf('/readyz')).toBe(200));
});
afterAll(async () => {
  await system.close();
  await mongod.close();
});

const statusOf = async (path: string, method = 'GET'): Promise<number> =>
  (await fetch(`${service.url}${path}`, { method, headers: { Connection: 'close' } })).status;

const user = async (): Promise<string> => {
  const id = newId();
  await store.insert({ _id: id, email: id }, userCreated, trace);
  return id;
};
const errorOf = (write: Promise<unknown>): Promise<unknown> =>
  write.then(
    () => undefined,
    (error: unknown) => error,
  );
const published = (id: string) =>
  [...system.events(userCreated), ...system.events(userUpdated)].filter(({ aggregate }) => aggregate.id === id);

test('When no majority acknowledges a write, then its outcome is unknown, whichever write it is, and nothing of it is published until it is certain', async () => {
  const existing = await Promise.all([user(), user(), user(), user()]);
  const [changed, changedOfMany, republished, taken] = existing;
  await system.eventually(() => expect(existing.flatMap(published)).toHaveLength(4));
  const inserted = newId();
  await mongod.secondary.freeze();
  const errors = await Promise.all(
    [
      store.insert({ _id: inserted, email: inserted }, userCreated, trace),
      store.change({ filter: { _id: changed }, set: { email: 'changed' }, event: userUpdated, trace }),
      store.changeMany([{ filter: { _id: changedOfMany }, set: { email: 'of many' }, event: userUpdated, trace }]),
      store.republish([{ filter: { _id: republished }, set: {}, event: userUpdated, trace }]),
      // One round trip, in which a unique index refuses one of two.
      store.insert({ _id: newId(), email: taken }, userCreated, trace),
      store.insert({ _id: newId(), email: newId() }, userCreated, trace),
    ].map(errorOf),
  );
  expect(errors.map(isDatabaseUnreachable)).toEqual(errors.map(() => true));
  expect(errors.map(isDuplicateKey)).toEqual(errors.map(() => false));
  expect([...existing, inserted].flatMap(published)).toHaveLength(4);
  mongod.secondary.thaw();
  // As for a process that died after its write.
  system.clock.advance(5_000);
  await system.eventually(() => {
    expect(published(inserted)).toHaveLength(1);
    for (const id of [changed, changedOfMany, republished]) expect(published(id)).toHaveLength(2);
  });
});

test('When only a secondary responds, then its clock is not taken for the clock that replicas share', async () => {
  const dayMs = 86_400_000;
  const url = `mongodb://127.0.0.1:${mongod.secondary.port}/test?directConnection=true`;
  const logger = pino({ level: 'silent' });
  const database = new Database({ url, appName: 'test', logger, ownTime: () => Date.now() + dayMs });
  const isOwnTime = () => expect(database.now().getTime()).toBeGreaterThan(Date.now() + dayMs / 2);
  try {
    await throughout(isOwnTime, 1_000);
  } finally {
    await database.close();
  }
});

test('When no majority acknowledges writes, then the database counts as unreachable, requests get 503, and events wait without becoming dead letters', async () => {
  const id = await user();
  await mongod.secondary.freeze();
  const waiting = await statusOf(`/users/${newId()}`, 'POST');
  expect(waiting).toBe(503);
  await system.eventually(async () => expect(await statusOf('/readyz')).toBe(503));
  await system.publish(ticketCreated, { id, version: 0, revision: 0, title: 'late', price: 3, userId: 'seller' });
  expect(await statusOf(`/users/${newId()}`, 'POST')).toBe(503);
  mongod.secondary.thaw();
  await system.eventually(async () =>
    expect(await store.collection.findOne({ _id: id })).toMatchObject({ email: 'late' }),
  );
  await system.eventually(async () => expect(await statusOf(`/users/${newId()}`, 'POST')).toBe(201));
});
