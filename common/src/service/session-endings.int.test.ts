import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Document } from 'mongodb';
import pino from 'pino';
import { sessionEnded, sessionsEnded } from '../events/index.ts';
import type { CurrentUser } from '../http/index.ts';
import { createJetStreamTransport, type Transport } from '../messaging/index.ts';
import { Database, newId } from '../mongo/index.ts';
import { eventually } from '../testing/eventually.ts';
import { openTestSystem, testStreamBytes, type TestSystem } from '../testing/test-system.ts';
import { sessionEndings, SessionEndings } from './session-endings.ts';

const logger = pino({ level: 'silent' });
const metrics = { observed: () => undefined };
const expiresAt = '2100-01-01T00:00:00.000Z';

let system: TestSystem;
let database: Database;
let transport: Transport;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  system = await openTestSystem();
  database = new Database({ url: String(system.env.MONGO_URL), appName: 'endings', logger });
  await database.prepare([sessionEndings]);
  transport = createJetStreamTransport({
    url: String(system.env.NATS_URL),
    namespace: system.name,
    clientName: 'endings',
    logger,
    maxBytes: testStreamBytes,
  });
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await transport.close();
  await database.close();
  await system.close();
});

/** A replica that has just started. */
const start = async (
  options: { readonly maxEntries?: number; readonly transport?: Pick<Transport, 'follow'> } = {},
) => {
  const endings = new SessionEndings({ database, transport, now: system.clock.now, logger, metrics, ...options });
  const following = await endings.start();
  stops.push(() => following.stop());
  return { endings, following };
};
/** A broker that does not respond. */
const away = { follow: () => ({ caughtUp: new Promise<void>(() => undefined), stop: () => Promise.resolve() }) };

const sessionOf = (userId: string, startedAt = 0): CurrentUser => ({
  id: userId,
  email: `${userId}@example.com`,
  sid: newId(),
  startedAt,
});
const endOne = ({ id: userId, sid }: CurrentUser) =>
  system.publish(sessionEnded, { id: sid, version: 0, userId, expiresAt });
const endAll = (userId: string, issuedBefore: number, except?: string) =>
  system.publish(sessionsEnded, {
    userId,
    issuedBefore: new Date(issuedBefore).toISOString(),
    ...(except === undefined ? {} : { except }),
    expiresAt,
  });
const stored = (_id: string): Promise<number> =>
  system.collection<{ _id: string }>(sessionEndings.name).countDocuments({ _id });

test('When a session ends, then every replica refuses it, and one that starts later does at once', async () => {
  const [one, other] = [await start(), await start()];
  const session = sessionOf('ann');
  expect(one.endings.isEnded(session)).toBe(false);
  await endOne(session);
  await eventually(() => {
    expect(one.endings.isEnded(session)).toBe(true);
    expect(other.endings.isEnded(session)).toBe(true);
  });
  const { endings, following } = await start();
  await following.caughtUp;
  expect(endings.isEnded(session)).toBe(true);
});

test('When nothing has been heard yet, then a replica that starts waits for nothing', async () => {
  const { following } = await start();
  await following.caughtUp;
});

test('When the broker is away or has forgotten a session, then what the service has stored is refused', async () => {
  await start();
  const [session, kept, other] = [sessionOf('bob'), sessionOf('cy', 5), sessionOf('cy', 5)];
  await endOne(session);
  await endAll('cy', 10, kept.sid);
  await eventually(async () => expect([await stored(session.sid), await stored('user:cy')]).toEqual([1, 1]));
  const { endings } = await start({ transport: away });
  expect([session, kept, other].map((one) => endings.isEnded(one))).toEqual([true, false, true]);
});

test('When endings of a user arrive out of order, then the database keeps the later one', async () => {
  const [kept, other] = [sessionOf('dee', 5), sessionOf('dee', 15)];
  await endAll('dee', 20, kept.sid);
  await endAll('dee', 10, other.sid);
  const { endings, following } = await start();
  await following.caughtUp;
  await eventually(async () => expect(await stored('user:dee')).toBe(1));
  const later = await start({ transport: away });
  for (const one of [endings, later.endings]) {
    expect([one.isEnded(kept), one.isEnded(other)]).toEqual([false, true]);
  }
});

test('When more sessions have ended than a replica keeps in memory, then it looks the others up', async () => {
  const { endings, following } = await start({ maxEntries: 2 });
  await following.caughtUp;
  const sessions = [sessionOf('eve'), sessionOf('eve'), sessionOf('eve')];
  for (const session of sessions) await endOne(session);
  await eventually(async () => {
    for (const { sid } of sessions) expect(await stored(sid)).toBe(1);
  });
  for (const session of sessions) expect(await endings.confirm(session)).toBeUndefined();
  const live = sessionOf('eve');
  expect(await endings.confirm(live)).toEqual(live);
});

test('When a message is malformed, then those after it are heard', async () => {
  const { endings } = await start();
  const session = sessionOf('fay');
  await system.send('session.ended', '{');
  await system.send('session.ended', { data: { id: 1 } });
  await endOne(session);
  await eventually(() => expect(endings.isEnded(session)).toBe(true));
});

test('When the database fails while a replica stops, then it stops all the same', async () => {
  const state = { isUp: false, fails: false };
  const failing = {
    isUp: () => state.isUp,
    collection: <Doc extends Document>(name: string) => {
      if (state.fails) throw new Error('the database is away');
      return database.collection<Doc>(name);
    },
  };
  const endings = new SessionEndings({ database: failing, transport, now: system.clock.now, logger, metrics });
  const following = await endings.start();
  const session = sessionOf('gil');
  await endOne(session);
  await eventually(() => expect(endings.isEnded(session)).toBe(true));
  Object.assign(state, { isUp: true, fails: true });
  await following.stop();
});
