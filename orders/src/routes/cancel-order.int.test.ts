import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

test.each(['created', 'awaiting:payment'] as const)(
  'When the buyer cancels an order that is %s, then it is cancelled and one event is published, however often they do',
  async (status) => {
    const order = await orders.ordered({ status });
    const before = await orders.stored(order.id);
    const responses = await Promise.all([1, 2, 3].map(() => orders.delete(order.id)));
    const again = await orders.delete(order.id);
    for (const response of [...responses, again]) {
      expect(response.status).toBe(204);
      expect(response.text).toBe('');
    }
    expect(await orders.get(order)).toEqual({
      ...order,
      status: 'cancelled',
      reason: 'by_buyer',
      version: before.version + 1,
    });
    await orders.system.eventually(() => {
      expect(orders.moves(order.id).filter((state) => state.status === 'cancelled')).toEqual([
        expect.objectContaining({
          id: order.id,
          version: before.version + 1,
          reason: 'by_buyer',
          price: 1999,
          ticket: { id: order.ticket.id, title: 'Final', price: 1999, version: 0, revision: 0 },
        }),
      ]);
    });
  },
);

test('When the order is cancelled, then another buyer can order the ticket immediately', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket });
  expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(400);
  await orders.delete(order.id);
  expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(201);
});

test('When the order was cancelled for another reason, then that reason stays', async () => {
  const order = await orders.ordered();
  await orders.refused(order, 'price_changed');
  await orders.until(order, { status: 'cancelled' });
  expect((await orders.delete(order.id)).status).toBe(204);
  expect(await orders.stored(order.id)).toMatchObject({ reason: 'price_changed', version: 1 });
});

test('When the order is complete, then it stays complete and the response is 400', async () => {
  const order = await orders.ordered({ status: 'complete' });
  const response = await orders.delete(order.id);
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message: 'A paid order cannot be cancelled' }] });
  expect(await orders.stored(order.id)).toMatchObject({ status: 'complete', version: 2 });
  expect((await orders.stored(order.id)).reason).toBeUndefined();
});

test('When a caller without a session or another user cancels, then the response is 401 and the order stays', async () => {
  const order = await orders.ordered();
  expect((await orders.api.delete(`/api/orders/${order.id}`)).status).toBe(401);
  expect((await orders.delete(order.id, 'stranger')).status).toBe(401);
  expect((await orders.delete(order.id, 'seller')).status).toBe(401);
  expect(await orders.get(order)).toEqual(order);
});

test.each([newId(), 'no-id'])('When the id is %s, of no order, then the response is 404', async (id) => {
  const response = await orders.delete(id);
  expect(response.status).toBe(404);
  expect(response.body).toEqual({ errors: [{ message: 'Order not found' }] });
});

test('When an order is cancelled and its payment completes at once, then exactly one of them takes effect', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const order = await orders.ordered({ status: 'awaiting:payment', userId: `racer-${index}` });
      const [response] = await Promise.all([orders.delete(order.id, order.userId), orders.charged(order, 'completed')]);
      await orders.system.eventually(() => expect(orders.moves(order.id)).toHaveLength(2));
      return { order, status: response.status };
    }),
  );
  await orders.handled.charges();
  for (const { order, status } of outcomes) {
    const stored = await orders.stored(order.id);
    expect([status, stored.status, stored.reason, stored.version]).toEqual(
      status === 204 ? [204, 'cancelled', 'by_buyer', 2] : [400, 'complete', undefined, 2],
    );
    expect(orders.moves(order.id).map((state) => state.status)).toEqual(['awaiting:payment', stored.status]);
  }
});
