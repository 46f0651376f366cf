import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claimRefusalReasons } from '@ticketing/common/events';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

test.each(claimRefusalReasons)(
  'When the claim is refused as %s, then the order is cancelled with that reason, once',
  async (reason) => {
    const ticket = await orders.listed();
    const order = await orders.ordered({ ticket });
    const event = await orders.refused(order, reason);
    await orders.system.send(event.type, event);
    await orders.handled.refusals();
    expect(await orders.get(order)).toEqual({ ...order, status: 'cancelled', reason, version: 1 });
    await orders.system.eventually(() => {
      expect(orders.moves(order.id)).toEqual([expect.objectContaining({ status: 'cancelled', reason, version: 1 })]);
    });
    expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(201);
  },
);

test.each(['awaiting:payment', 'complete', 'cancelled'] as const)(
  'When a refusal reaches an order that is %s already, then it changes nothing',
  async (status) => {
    const order = await orders.ordered({ status });
    const before = await orders.stored(order.id);
    await orders.refused(order, 'unavailable');
    await orders.handled.refusals();
    const { outbox: _, ...after } = await orders.stored(order.id);
    expect({ ...after, outbox: before.outbox }).toEqual(before);
  },
);

test('When the order is unknown, then the refusal is acknowledged without effect', async () => {
  const order = await orders.ordered();
  await orders.refused({ ...order, id: 'unknown' }, 'unavailable');
  await orders.handled.refusals();
  expect(await orders.system.collection('dead-letters').countDocuments()).toBe(0);
});

test('When a refusal is malformed, then it becomes a dead letter and the next one is processed', async () => {
  const order = await orders.ordered();
  const event = await orders.refused({ ...order, id: 'unknown' }, 'unavailable');
  await orders.system.send(event.type, { ...event, data: { ticketId: 'x', orderId: order.id, reason: 7 } });
  await orders.handled.refusals();
  expect((await orders.stored(order.id)).status).toBe('created');
  expect(await orders.system.collection('dead-letters').findOne()).toMatchObject({ failures: 1 });
});
