import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderUpdated } from '@ticketing/common/events';
import type { OrderDocument } from '../models/open-models.ts';
import { openHarness, paidAt, type OrdersHarness } from '../test/harness.ts';
import { markKeptTickets } from './mark-kept-tickets.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

test('When the charge is completed, then the order is complete, and one event is published', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket, status: 'awaiting:payment' });
  const event = await orders.charged(order, 'completed');
  await orders.system.send(event.type, event);
  await orders.handled.charges();
  const { delivery } = await orders.get(order);
  expect(await orders.get(order)).toEqual({ ...order, status: 'complete', version: 2, delivery });
  await orders.system.eventually(() => {
    const updates = orders.system.events(orderUpdated).filter(({ data }) => data.id === order.id);
    expect(updates.map(({ data }) => data.status).toSorted()).toEqual(['awaiting:payment', 'complete']);
    const complete = updates.find(({ data }) => data.status === 'complete')?.data;
    expect(complete).toMatchObject({ paidAt, completedAt: expect.stringMatching(/^20.*Z$/) });
  });
  // A sold ticket cannot be ordered again, even while its copy still shows it as free.
  expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(400);
});

test('When the payment has finally failed, then the order is cancelled as payment_failed and the ticket can be ordered', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket });
  await orders.charged(order, 'failed');
  await orders.until(order, { status: 'cancelled', reason: 'payment_failed', version: 1 });
  expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(201);
});

test('When the charge is created, then the order stays as it is', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  await orders.charged(order, 'created');
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'awaiting:payment', version: 1 });
});

test('When the charge of an unpaid order is refunded, then the order is cancelled', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  await orders.charged(order, 'refunded');
  await orders.until(order, { status: 'cancelled', reason: 'payment_failed' });
});

const completedAt = '2030-01-01T10:00:00.000Z';

test.each(['created', 'awaiting:payment', 'complete'] as const)(
  'When the charge of an order that is %s was completed and is refunded, then the order is cancelled and keeps its ticket',
  async (status) => {
    const ticket = await orders.listed();
    const order = await orders.ordered({ ticket, status });
    const before = await orders.stored(order.id);
    const event = await orders.charged(order, 'refunded', { completedAt });
    await orders.until(order, { status: 'cancelled', reason: 'refunded', version: before.version + 1 });
    await orders.system.send(event.type, event);
    await orders.charged(order, 'completed', { completedAt });
    await orders.charged(order, 'failed');
    await orders.handled.charges();
    await markKeptTickets({ orders: orders.system.collection<OrderDocument>('orders') });
    const after = await orders.stored(order.id);
    expect(after).toMatchObject({ status: 'cancelled', reason: 'refunded', version: before.version + 1 });
    expect([after.keepsTicket, after.closingQuestion]).toEqual([true, undefined]);
    // Its own time of completion stays.
    expect(after.completedAt).toEqual(before.completedAt ?? new Date(completedAt));
    await orders.system.eventually(() => {
      expect(orders.moves(order.id).at(-1)).toMatchObject({
        status: 'cancelled',
        reason: 'refunded',
        completedAt: after.completedAt?.toISOString(),
      });
    });
    expect((await orders.post({ ticketId: ticket.id }, 'other')).status).toBe(400);
  },
);

test('When a closing order was paid and is refunded, then payments is not asked again', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  orders.system.clock.advance(Date.parse(order.expiresAt) - orders.system.clock.now().getTime());
  await orders.expired(order);
  await orders.until(order, { status: 'awaiting:payment', version: 2 });
  await orders.charged(order, 'refunded', { completedAt });
  await orders.until(order, { status: 'cancelled', reason: 'refunded', version: 3 });
  await orders.closed(order);
  await orders.handled.charges();
  expect((await orders.stored(order.id)).closingQuestion).toBeUndefined();
});

test('When a cancelled order is charged, then it stays cancelled', async () => {
  const order = await orders.ordered({ status: 'cancelled' });
  await orders.charged(order, 'completed');
  await orders.charged(order, 'refunded');
  await orders.charged(order, 'refunded', { completedAt });
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'cancelled', reason: 'by_buyer', version: 1 });
});

test('When a failure arrives after the completion, then the order stays complete', async () => {
  const order = await orders.ordered({ status: 'complete' });
  await orders.charged(order, 'failed');
  await orders.charged(order, 'refunded');
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'complete', version: 2 });
});

test('When a completion arrives for an order that was never confirmed, then the order does not skip a step', async () => {
  const order = await orders.ordered();
  await orders.charged(order, 'completed');
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'created', version: 0 });
});

test('When an event is malformed, then it becomes a dead letter and the next one is processed', async () => {
  await orders.system.send('charge.updated', '[]');
  await orders.handled.charges();
  expect(await orders.system.collection('dead-letters').findOne()).toMatchObject({
    durable: 'orders_charge-updated',
    body: '[]',
    failures: 1,
  });
});
