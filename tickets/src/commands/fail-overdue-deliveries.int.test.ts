import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderDeliveryDue, orderUpdated, type OrderState } from '@ticketing/common/events';
import type { TicketDocument } from '../models/open-models.ts';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

const minuteMs = 60_000;

let tickets: TicketsHarness;

// Both replicas look for overdue deliveries.
beforeAll(async () => {
  tickets = await openHarness();
  await tickets.startReplica();
});
afterAll(() => tickets.system.close());

const inMs = (ms: number) => new Date(tickets.system.clock.now().getTime() + ms);
const until = (ticketId: string, expected: object) =>
  tickets.system.eventually(async () => expect(await tickets.stored(ticketId)).toMatchObject(expected));

/** A ticket that was sold to a complete order whose ticket must be delivered by `dueAt`. */
const sold = async (dueAt: Date) => {
  const { ticket, order } = await tickets.held();
  const delivery = { status: 'pending' as const, dueAt: dueAt.toISOString() };
  const complete: OrderState = { ...order, version: 2, status: 'complete', completedAt: order.expiresAt, delivery };
  await tickets.system.publish(orderUpdated, complete);
  await until(ticket.id, { availability: 'sold' });
  return { ticket, order: complete };
};
const failures = (ticketId: string) =>
  tickets.updates(ticketId).filter(({ deliveryFailedAt }) => deliveryFailedAt !== undefined);

test("When a ticket is sold, then it has its buyer and the order's deadline, and fails at it once", async () => {
  const dueAt = inMs(60 * minuteMs);
  const { ticket } = await sold(dueAt);
  expect(await tickets.stored(ticket.id)).toMatchObject({ buyerId: 'buyer', dueAt, version: 2, revision: 0 });
  expect(await tickets.get(ticket.id)).toMatchObject({ delivery: 'by_seller', dueAt: dueAt.toISOString() });
  expect(await tickets.get(ticket.id)).not.toHaveProperty('buyerId');
  tickets.system.clock.advance(60 * minuteMs - 1);
  // Another ticket, whose deadline is over, shows that the workers have looked.
  const { ticket: other } = await sold(inMs(-minuteMs));
  tickets.system.clock.advance(1);
  await until(ticket.id, { version: 3, deliveryFailedAt: expect.any(Date), availability: 'sold' });
  const { deliveryFailedAt, dueAt: left } = await tickets.stored(ticket.id);
  expect(deliveryFailedAt?.getTime()).toBeGreaterThanOrEqual(dueAt.getTime());
  expect(left).toBeUndefined();
  await tickets.system.eventually(() => expect(failures(ticket.id)).toHaveLength(1));
  tickets.system.clock.advance(15 * minuteMs);
  await until(other.id, { deliveryFailedAt: expect.any(Date) });
  expect((await tickets.stored(ticket.id)).version).toBe(3);
  expect(await tickets.get(ticket.id)).toMatchObject({ deliveryFailedAt: deliveryFailedAt?.toISOString() });
});

test('When a completion arrives long after its deadline, then the seller has DELIVERY_MIN_MINUTES', async () => {
  const { ticket } = await sold(inMs(-24 * 60 * minuteMs));
  const { dueAt, soldAt } = await tickets.stored(ticket.id);
  expect(dueAt?.getTime()).toBe((soldAt?.getTime() ?? 0) + 15 * minuteMs);
});

test('When a timer rings before the deadline, then nothing changes, and at the deadline the ticket fails', async () => {
  const dueAt = inMs(60 * minuteMs);
  const { ticket, order } = await sold(dueAt);
  const { ticket: overdue, order: other } = await sold(inMs(20 * minuteMs));
  tickets.system.clock.advance(20 * minuteMs);
  await tickets.system.publish(orderDeliveryDue, { orderId: order.id });
  await tickets.system.publish(orderDeliveryDue, { orderId: other.id });
  await until(overdue.id, { deliveryFailedAt: expect.any(Date) });
  expect(await tickets.stored(ticket.id)).toMatchObject({ dueAt, version: 2 });
});

test('When its order is refunded before the delivery, then the delivery ends without failing', async () => {
  const { ticket, order } = await sold(inMs(60 * minuteMs));
  const refunded: OrderState = { ...order, version: 3, status: 'cancelled', reason: 'refunded' };
  await tickets.system.publish(orderCancelled, refunded);
  await until(ticket.id, { deliveryEndedAt: expect.any(Date), availability: 'sold', orderId: order.id, version: 3 });
  await tickets.system.publish(orderCancelled, refunded);
  tickets.system.clock.advance(60 * minuteMs);
  const { ticket: other } = await sold(inMs(0));
  tickets.system.clock.advance(15 * minuteMs);
  await until(other.id, { deliveryFailedAt: expect.any(Date) });
  await tickets.cancelledHandled();
  const stored = await tickets.stored(ticket.id);
  expect([stored.version, stored.deliveryFailedAt, stored.dueAt]).toEqual([3, undefined, undefined]);
});

test('When a replica of the release before has sold a ticket, then its order, heard again, gives it buyer and deadline', async () => {
  const dueAt = inMs(60 * minuteMs);
  const { ticket, order } = await sold(dueAt);
  const { soldAt } = await tickets.stored(ticket.id);
  await tickets.system
    .collection<TicketDocument>('tickets')
    .updateOne({ _id: ticket.id }, { $unset: { buyerId: true, dueAt: true, delivery: true } });
  expect((await tickets.get(ticket.id)).delivery).toBe('by_seller');
  await tickets.system.publish(orderUpdated, order);
  await until(ticket.id, { buyerId: 'buyer', dueAt, soldAt, version: 3 });
});

test('When an order of the release before is complete, then its ticket has no deadline', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.complete(order);
  await until(ticket.id, { availability: 'sold', buyerId: 'buyer' });
  expect((await tickets.stored(ticket.id)).dueAt).toBeUndefined();
});
