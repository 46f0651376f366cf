import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderUpdated } from '@ticketing/common/events';
import type { DeadLetter } from '@ticketing/common/messaging';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

test('When the holding order is complete, then the ticket is sold once, even if the event arrives several times', async () => {
  const { ticket, order } = await tickets.held();
  const event = await tickets.complete(order);
  await tickets.complete(order);
  await tickets.updatedHandled();
  const { soldAt } = await tickets.stored(ticket.id);
  await tickets.system.send('order.updated', event);
  await tickets.updatedHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({
    availability: 'sold',
    orderId: order.id,
    version: 2,
    soldAt,
  });
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id)).toEqual([
      expect.not.objectContaining({ soldAt: expect.anything() }),
      expect.objectContaining({ version: 2, orderId: order.id, soldAt: soldAt?.toISOString() }),
    ]);
  });
});

test('When the order only awaits payment, then the ticket stays held', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.system.publish(orderUpdated, { ...order, version: 1, status: 'awaiting:payment' });
  await tickets.updatedHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'held', orderId: order.id, version: 1 });
});

test('When a completion overtakes the claim, then the ticket is still claimed and sold', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.complete(order);
  await tickets.updatedHandled();
  expect((await tickets.stored(ticket.id)).availability).toBe('on_sale');
  await tickets.created(order);
  await tickets.system.eventually(async () => {
    expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'sold', orderId: order.id, version: 2 });
  });
});

test("When another order than the holder is complete, then the ticket stays the holder's", async () => {
  const { ticket, order: holder } = await tickets.held();
  await tickets.complete(orderFor(ticket));
  await tickets.updatedHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'held', orderId: holder.id, version: 1 });
});

test('When an event is malformed, then it becomes a dead letter and the next one is processed', async () => {
  await tickets.system.send('order.updated', { type: 'order.updated' });
  await tickets.updatedHandled();
  const letters = await tickets.system
    .collection<DeadLetter>('dead-letters')
    .find({ body: '{"type":"order.updated"}' })
    .toArray();
  expect(letters).toEqual([expect.objectContaining({ durable: 'tickets_order-updated', failures: 1 })]);
});
