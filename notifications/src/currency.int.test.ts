import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHarness, type NotificationsHarness } from './test/harness.ts';

let notifications: NotificationsHarness;

beforeAll(async () => {
  notifications = await openHarness({ env: { CURRENCY: 'jpy' } });
});
afterAll(() => notifications.close());

const price = /(Price|Amount): ¥2,500\n/;

test.each([
  ['says its currency', { currency: 'jpy' }],
  ['was made by a release without currencies', {}],
])('When an order in yen %s, then all its mails show yen', async (_, changes) => {
  const order = notifications.sale({ price: 2500, ...changes });
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
  await notifications.complete(order);
  const textOf = async (userId: string, subject: RegExp): Promise<string> =>
    (await notifications.mailTo(userId, subject)).text;
  // Before the sale is undone: of one that is, only the return of the money is mailed.
  expect(await textOf(order.userId, /^You have bought/)).toMatch(price);
  expect(await textOf(order.sellerId, /^You have sold/)).toMatch(price);
  await notifications.refunded({ ...order, currency: 'jpy' });
  await notifications.cancelled({ ...order, version: order.version + 1, status: 'cancelled', reason: 'refunded' });
  expect(await textOf(order.userId, /^Your money is returned/)).toMatch(price);
  expect(await textOf(order.sellerId, /^Your sale was refunded/)).toMatch(price);
});

test('When the database has sales in another currency, then the service does not start', async () => {
  await expect(notifications.startReplica({ CURRENCY: 'usd' })).rejects.toThrow(
    'CURRENCY is usd, but the database holds prices in jpy',
  );
});
