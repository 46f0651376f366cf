import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database, newId } from '../mongo/index.ts';
import { openTestSystem, type TestSystem } from '../testing/index.ts';
import { closedAccounts, openClosedAccounts } from './closed-accounts.ts';
import { createLogger } from './logger.ts';

const minuteMs = 60_000;

let system: TestSystem;
let database: Database;

beforeAll(async () => {
  system = await openTestSystem();
  const logger = createLogger({ service: 'test', level: 'silent' });
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'test', logger });
  await database.prepare([closedAccounts]);
});
afterAll(async () => {
  await database.close();
  await system.close();
});

test('When an account is closed, then it is known as closed, and as a recent one for ten minutes', async () => {
  const accounts = openClosedAccounts({ database, now: () => system.clock.now() });
  const [closed, another] = [newId(), newId()];
  await accounts.add({ id: closed });
  expect([await accounts.has(closed), await accounts.has(another)]).toEqual([true, false]);
  expect(await accounts.recent()).toEqual([closed]);
  system.clock.advance(9 * minuteMs);
  await accounts.add({ id: another });
  system.clock.advance(2 * minuteMs);
  expect(await accounts.recent()).toEqual([another]);
  expect(await accounts.has(closed)).toBe(true);
});

test('When the event of a closed account arrives again, then the account is a recent one again', async () => {
  const accounts = openClosedAccounts({ database, now: () => system.clock.now() });
  const closed = newId();
  await accounts.add({ id: closed });
  system.clock.advance(11 * minuteMs);
  expect(await accounts.recent()).not.toContain(closed);
  await accounts.add({ id: closed });
  expect(await accounts.recent()).toEqual([closed]);
});

test('When the event of an account that was closed long ago arrives, then nothing is stored, and otherwise until its tokens expire', async () => {
  const accounts = openClosedAccounts({ database, now: () => system.clock.now() });
  const [old, recent] = [newId(), newId()];
  const start = system.clock.now().getTime();
  const daysAgo = (days: number) => new Date(start - days * 24 * 60 * minuteMs);
  await accounts.add({ id: old, closedAt: daysAgo(8.1).toISOString() });
  await accounts.add({ id: recent, closedAt: daysAgo(7).toISOString() });
  expect([await accounts.has(old), await accounts.has(recent)]).toEqual([false, true]);
  const collection = database.collection<{ _id: string; expiresAt: Date }>(closedAccounts.name);
  expect((await collection.findOne({ _id: recent }))?.expiresAt).toEqual(daysAgo(-1));
});

const suspendedAt = '2030-01-01T00:00:00.000Z';
const reinstatedAt = '2030-01-02T00:00:00.000Z';
const again = '2030-01-03T00:00:00.000Z';

test.each([
  ['it is suspended', [{ suspendedAt }], true],
  ['it is reinstated', [{ suspendedAt }, { suspendedAt, reinstatedAt }], false],
  ['both are heard in the other order', [{ suspendedAt, reinstatedAt }, { suspendedAt }], false],
  [
    'it is suspended again',
    [
      { suspendedAt, reinstatedAt },
      { suspendedAt: again, reinstatedAt },
    ],
    true,
  ],
  ['it was never suspended', [{}], false],
])('When of an account is heard that %s, then it is known so, also as a recent one', async (_, states, isSuspended) => {
  const accounts = openClosedAccounts({ database, now: () => new Date('2030-01-04') });
  const id = newId();
  let last = false;
  for (const state of states) last = await accounts.addSuspension({ id, ...state });
  expect([last, await accounts.has(id)]).toEqual([isSuspended, isSuspended]);
  expect((await accounts.recent()).includes(id)).toBe(isSuspended);
});

test.each([
  ['reinstated since', { suspendedAt, reinstatedAt }, false],
  ['not reinstated', {}, true],
])(
  'When a suspension is heard again weeks later of an account that was %s, then it is known so, and for good',
  async (_, last, isSuspended) => {
    let now = new Date('2030-01-04');
    const accounts = openClosedAccounts({ database, now: () => now });
    const id = newId();
    await accounts.addSuspension({ id, ...last });
    now = new Date('2030-03-01');
    expect(await accounts.addSuspension({ id, suspendedAt })).toBe(isSuspended);
    expect([await accounts.has(id), (await accounts.recent()).includes(id)]).toEqual([isSuspended, false]);
    const collection = database.collection<{ _id: string; expiresAt: Date }>(closedAccounts.name);
    expect((await collection.findOne({ _id: id }))?.expiresAt.getUTCFullYear()).toBe(9999);
  },
);

test.each(['before', 'after'])(
  'When an account is closed %s it was reinstated, then it is known as closed',
  async (when) => {
    const accounts = openClosedAccounts({ database, now: () => new Date('2030-01-04') });
    const id = newId();
    if (when === 'before') await accounts.add({ id });
    await accounts.addSuspension({ id, suspendedAt, reinstatedAt });
    if (when === 'after') await accounts.add({ id });
    expect(await accounts.has(id)).toBe(true);
  },
);

test('When no token of an account can be valid any more, then MongoDB forgets it, by an index', async () => {
  const indexes = await database.collection(closedAccounts.name).indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
});
