import { afterAll, beforeAll, expect, test } from '@jest/globals';
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
      { id: ticket.id, version: 2, revision: 0, title: 'Final', price: 1999, userId: 'seller' },
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

test('When the ticket is unknown, then the cancellation changes nothing and is not retried', async () => {
  const ticket = await tickets.list();
  await tickets.cancelled(orderFor({ ...ticket, id: 'unknown' }));
  await tickets.cancelledHandled();
  expect(await tickets.system.collection('dead-letters').countDocuments()).toBe(0);
  expect(await tickets.system.collection<{ _id: string }>('tickets').findOne({ _id: 'unknown' })).toBeNull();
});

test('When closed orders are older than any event can be, then they are removed', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  tickets.system.clock.advance(31 * 24 * 60 * 60 * 1000);
  const next = orderFor(ticket);
  await tickets.cancelled(next);
  await tickets.cancelledHandled();
  expect((await tickets.stored(ticket.id)).closedOrders.map(({ id }) => id)).toEqual([next.id]);
});

test('When an event is malformed, then it becomes a dead letter and the next one is processed', async () => {
  await tickets.system.send('order.cancelled', '{"half":');
  await tickets.cancelledHandled();
  expect(await tickets.system.collection('dead-letters').findOne()).toMatchObject({
    durable: 'tickets_order-cancelled',
    body: '{"half":',
  });
});
