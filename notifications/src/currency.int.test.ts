import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHarness, type NotificationsHarness } from './test/harness.ts';

let notifications: NotificationsHarness;

beforeAll(async () => {
  notifications = await openHarness({ env: { CURRENCY: 'jpy' } });
});
afterAll(() => notifications.close());

test.each([
  ['says its currency', { currency: 'jpy' }],
  ['was made by a release without currencies', {}],
])('When an order in yen %s, then all its mails show yen', async (_, changes) => {
  const order = notifications.sale({ price: 2500, ...changes });
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
  await notifications.complete(order);
  await notifications.refunded({ ...order, currency: 'jpy' });
  await notifications.cancelled({ ...order, version: order.version + 1, status: 'cancelled', reason: 'refunded' });
  for (const [userId, subject] of [
    [order.userId, /^You have bought/],
    [order.sellerId, /^You have sold/],
    [order.userId, /^Your money is returned/],
    [order.sellerId, /^Your sale was refunded/],
  ] as const) {
    expect((await notifications.mailTo(userId, subject)).text).toMatch(/(Price|Amount): ¥2,500\n/);
  }
});

test('When the database has sales in another currency, then the service does not start', async () => {
  await expect(notifications.startReplica({ CURRENCY: 'usd' })).rejects.toThrow(
    'CURRENCY is usd, but the database holds prices in jpy',
  );
});
