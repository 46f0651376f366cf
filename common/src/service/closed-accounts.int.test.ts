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
  await accounts.add(closed);
  expect([await accounts.has(closed), await accounts.has(another)]).toEqual([true, false]);
  expect(await accounts.recent()).toEqual([closed]);
  system.clock.advance(9 * minuteMs);
  await accounts.add(another);
  system.clock.advance(2 * minuteMs);
  expect(await accounts.recent()).toEqual([another]);
  expect(await accounts.has(closed)).toBe(true);
});

test('When the event of a closed account arrives again, then the account is a recent one again', async () => {
  const accounts = openClosedAccounts({ database, now: () => system.clock.now() });
  const closed = newId();
  await accounts.add(closed);
  system.clock.advance(11 * minuteMs);
  expect(await accounts.recent()).not.toContain(closed);
  await accounts.add(closed);
  expect(await accounts.recent()).toEqual([closed]);
});

test('When no token of an account can be valid any more, then MongoDB forgets it, by an index', async () => {
  const indexes = await database.collection(closedAccounts.name).indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
});
