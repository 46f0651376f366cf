import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const get = (orderId: string, userId?: string) =>
  orders.api.get(`/api/orders/${orderId}`).set(userId === undefined ? {} : orders.system.as(userId));

const moves = (...statuses: readonly string[]) => statuses.map((status) => ({ status, at: expect.any(String) }));

test('When the buyer gets an order, then it is shown as created, with its history, without internal fields', async () => {
  const order = await orders.ordered();
  const response = await get(order.id, 'buyer');
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ ...order, history: moves('created') });
});

test('When the order is cancelled, then its reason is shown', async () => {
  const order = await orders.ordered({ status: 'cancelled' });
  expect((await get(order.id, 'buyer')).body).toEqual({
    ...order,
    status: 'cancelled',
    reason: 'by_buyer',
    version: 1,
    history: [...moves('created'), { status: 'cancelled', reason: 'by_buyer', at: expect.any(String) }],
  });
});

test('When the seller changes the ticket later, then the order still shows what the buyer saw', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  expect((await get(order.id, 'buyer')).body).toEqual({
    ...order,
    status: 'awaiting:payment',
    version: 1,
    history: moves('created', 'awaiting:payment'),
  });
});

test('When a caller without a session or another user gets an order, then the response is 401', async () => {
  const order = await orders.ordered();
  for (const userId of [undefined, 'stranger', 'seller']) {
    const response = await get(order.id, userId);
    expect(response.status).toBe(401);
    expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
  }
});

test.each([newId(), 'no-id', '__proto__', '%24ne'])(
  'When the id is %s, of no order, then the response is 404',
  async (id) => {
    const response = await get(id, 'buyer');
    expect(response.status).toBe(404);
    expect(response.body).toEqual({ errors: [{ message: 'Order not found' }] });
  },
);
