import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, type OrderState } from '@ticketing/common/events';
import { maxClosedOrders } from '../models/closed-orders.ts';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

test('When the holding order is cancelled, then the ticket is on sale again and one event is published', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  expect(await tickets.get(ticket.id)).toEqual({ ...ticket, version: 2 });
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id)).toEqual([
      expect.objectContaining({ version: 1, orderId: order.id }),
      expect.objectContaining({
        id: ticket.id,
        version: 2,
        revision: 0,
        title: 'Final',
        price: 1999,
        userId: 'seller',
      }),
    ]);
  });
  const list = await tickets.api.get('/api/tickets');
  expect(list.body).toContainEqual(await tickets.get(ticket.id));
});

test('When another order is cancelled, then the hold of this one stays', async () => {
  const { ticket, order: holder } = await tickets.held();
  await tickets.cancelled(orderFor(ticket));
  await tickets.cancelledHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: holder.id, availability: 'held', version: 1 });
});

test("When an earlier holder's cancellation comes once more, then the present holder keeps the ticket", async () => {
  const { ticket, order: earlier } = await tickets.held();
  const event = await tickets.cancelled(earlier);
  await tickets.cancelledHandled();
  const holder = orderFor(ticket);
  await tickets.created(holder);
  await tickets.untilHeld(holder);
  await tickets.system.send('order.cancelled', event);
  await tickets.cancelledHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: holder.id, availability: 'held', version: 3 });
});

test('When the ticket has been sold, then no cancellation puts it on sale again', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.complete(order);
  await tickets.updatedHandled();
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: order.id, availability: 'sold', version: 2 });
});

/** Publishes that the order was complete and is refunded. */
const refunded = (order: OrderState) =>
  tickets.system.publish(orderCancelled, {
    ...order,
    version: 3,
    status: 'cancelled',
    reason: 'refunded',
    completedAt: tickets.system.clock.now().toISOString(),
  });

test('When the order of a sold ticket is refunded, then the ticket stays sold, however often the event arrives', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.complete(order);
  await tickets.updatedHandled();
  await tickets.system.send('order.cancelled', await refunded(order));
  await tickets.cancelledHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: order.id, availability: 'sold', version: 3 });
});

test('When the refund of an order arrives before its completion, then the ticket is sold once', async () => {
  const { ticket, order } = await tickets.held();
  await refunded(order);
  await tickets.cancelledHandled();
  // Its event is counted meanwhile.
  const { soldAt, uncounted: _, ...sold } = await tickets.stored(ticket.id);
  expect(sold).toMatchObject({ orderId: order.id, availability: 'sold', version: 3 });
  await tickets.complete(order);
  await tickets.updatedHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ ...sold, outbox: expect.anything(), soldAt });
  await tickets.created(orderFor(ticket));
  await tickets.createdHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: order.id, availability: 'sold', version: 3 });
});

test('When a refunded order is published again, then its sold ticket is published again', async () => {
  const { ticket, order } = await tickets.held();
  await refunded(order);
  await tickets.system.eventually(() => expect(tickets.updates(ticket.id)).toHaveLength(3));
  tickets.system.clock.advance(30_000);
  await refunded(order);
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id).map(({ version, soldAt }) => [version, soldAt !== undefined])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [3, true],
    ]);
  });
});

test('When the ticket is unknown, then the cancellation changes nothing and is not retried', async () => {
  const ticket = await tickets.list();
  await tickets.cancelled(orderFor({ ...ticket, id: 'unknown' }));
  await tickets.cancelledHandled();
  expect(await tickets.system.collection('dead-letters').countDocuments()).toBe(0);
  expect(await tickets.system.collection<{ _id: string }>('tickets').findOne({ _id: 'unknown' })).toBeNull();
});

/** Stores closed orders with the ticket; the deadline of each is `minutes` from now. */
const storeClosed = async (ticketId: string, entries: readonly { readonly id: string; readonly minutes: number }[]) => {
  const now = tickets.system.clock.now();
  const closedOrders = entries.map(({ id, minutes }) => ({
    id,
    at: now,
    expiresAt: new Date(now.getTime() + minutes * 60_000),
  }));
  await tickets.system.collection<{ _id: string }>('tickets').updateOne({ _id: ticketId }, { $set: { closedOrders } });
};
const closedOrders = async (ticketId: string) => (await tickets.stored(ticketId)).closedOrders.map(({ id }) => id);

test('When the deadline of a closed order is over for five minutes, then the next claim removes it', async () => {
  const ticket = await tickets.list();
  await storeClosed(ticket.id, [
    { id: 'over', minutes: -5.1 },
    { id: 'just over', minutes: -4 },
  ]);
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.untilHeld(order);
  expect(await closedOrders(ticket.id)).toEqual(['just over']);
});

test('When the deadline of a closed order is over for five minutes, then the next cancellation removes it', async () => {
  const { ticket, order } = await tickets.held();
  await storeClosed(ticket.id, [
    { id: 'over', minutes: -5.1 },
    { id: 'just over', minutes: -4 },
  ]);
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  expect(await closedOrders(ticket.id)).toEqual(['just over', order.id]);
});

test('When a ticket has as many closed orders as it may, then the one nearest to its deadline goes', async () => {
  const { ticket, order } = await tickets.held();
  const many = Array.from({ length: maxClosedOrders }, (_, index) => ({ id: `closed ${index}`, minutes: 10 }));
  await storeClosed(ticket.id, [...many.slice(1), { id: 'nearest', minutes: 9 }]);
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  const after = await closedOrders(ticket.id);
  expect(after).toHaveLength(maxClosedOrders);
  expect(after).toEqual(expect.arrayContaining([order.id, 'closed 1']));
  expect(after).not.toContain('nearest');
});

test('When an earlier release has stored closed orders by the thousand, then the next cancellation leaves a hundred', async () => {
  const { ticket, order } = await tickets.held();
  const at = tickets.system.clock.now();
  const closed = Array.from({ length: 20_000 }, (_, index) => ({ id: `closed ${index}`, at }));
  const old = { id: 'old', at: new Date(at.getTime() - 25 * 60 * 60 * 1000) };
  await tickets.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: ticket.id }, { $set: { closedOrders: [...closed, old] } });
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  const after = await closedOrders(ticket.id);
  expect(after).toHaveLength(maxClosedOrders);
  expect(after).toContain(order.id);
  expect(after).not.toContain('old');
});

test('When an earlier release has stored a closed order, then its claim is refused for a day', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  const at = tickets.system.clock.now();
  await tickets.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: ticket.id }, { $set: { closedOrders: [{ id: order.id, at }] } });
  await tickets.created(order);
  await tickets.createdHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'on_sale', version: 0 });
  await tickets.cancelled(orderFor(ticket));
  await tickets.cancelledHandled();
  expect(await closedOrders(ticket.id)).toContain(order.id);
});

test('When an event is malformed, then it becomes a dead letter and the next one is processed', async () => {
  await tickets.system.send('order.cancelled', '{"half":');
  await tickets.cancelledHandled();
  expect(await tickets.system.collection('dead-letters').findOne()).toMatchObject({
    durable: 'tickets_order-cancelled',
    body: '{"half":',
  });
});
