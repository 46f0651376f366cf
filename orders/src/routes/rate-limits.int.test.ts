import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  // Without Redis the process counts alone from the first request on, however slow the machine is.
  orders = await openHarness({ RATE_LIMITS: 'on', REDIS_URL: 'redis://127.0.0.1:1' });
});
afterAll(() => orders.system.close());

test('When an account reports problems at once, then 20 an hour are accepted, and refused ones do not count', async () => {
  const userId = newId();
  const order = await orders.ordered({ status: 'complete', userId });
  const report = async (text: string) =>
    (await orders.api.post(`/api/orders/${order.id}/problem`).set(orders.system.as(userId)).send({ text })).status;
  const many = (text: string) => Promise.all(Array.from({ length: 25 }, () => report(text)));
  expect(new Set(await many(''))).toEqual(new Set([400]));
  const statuses = await many('No seat 7.');
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
});
