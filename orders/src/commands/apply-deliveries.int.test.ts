import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketUpdated, type TicketState } from '@ticketing/common/events';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness({ DELIVERY_HOURS: '48', DELIVERY_MIN_MINUTES: '15' });
  await orders.startReplica();
});
afterAll(() => orders.system.close());

const inMs = (ms: number) => new Date(orders.system.clock.now().getTime() + ms);
const iso = (ms: number) => inMs(ms).toISOString();
const complete = async (ticket: Partial<TicketState> = {}) =>
  orders.ordered({ ticket: await orders.listed(ticket), status: 'complete' });
/** Publishes a state of the sold ticket. */
const told = (order: OrderView, state: Partial<TicketState>, version = 3) =>
  orders.system.publish(ticketUpdated, {
    id: order.ticket.id,
    version,
    revision: 0,
    title: order.ticket.title,
    price: 1999,
    userId: 'seller',
    orderId: order.id,
    soldAt: iso(0),
    ...state,
  });
const untilShown = (order: OrderView, expected: object) =>
  orders.system.eventually(async () => expect(await orders.get(order)).toMatchObject(expected));

test.each([
  ['without a date', undefined, 48 * hourMs],
  ['in a month', 30 * 24 * hourMs, 48 * hourMs],
  ['in a day', 24 * hourMs, 23 * hourMs],
  ['in an hour', hourMs, 15 * minuteMs],
  ['in a minute', minuteMs, 15 * minuteMs],
])('When an order for an event %s is complete, then its delivery is due in time', async (_, startsInMs, dueInMs) => {
  const order = await complete(startsInMs === undefined ? {} : { startsAt: iso(startsInMs) });
  const { completedAt, delivery, ticket } = await orders.stored(order.id);
  const dueMs = delivery?.dueAt?.getTime() ?? 0;
  if (startsInMs === undefined || dueInMs === 48 * hourMs || dueInMs === 15 * minuteMs) {
    expect(dueMs).toBe((completedAt?.getTime() ?? 0) + dueInMs);
  } else expect(dueMs).toBe(Date.parse(ticket.startsAt ?? '') - hourMs);
  const shown = { status: 'pending', dueAt: delivery?.dueAt?.toISOString() };
  expect((await orders.get(order)).delivery).toEqual(shown);
  await orders.system.eventually(() => expect(orders.moves(order.id).at(-1)?.delivery).toEqual(shown));
});

test('When the ticket is delivered, then the order says when, once, and never fails', async () => {
  const order = await complete();
  const deliveredAt = iso(0);
  await told(order, { deliveredAt });
  await untilShown(order, { status: 'complete', delivery: { status: 'delivered', deliveredAt }, version: 3 });
  await told(order, { deliveredAt });
  await told(order, { dueAt: iso(72 * hourMs) }, 2);
  await orders.handled.tickets();
  expect(await orders.get(order)).toMatchObject({ delivery: { status: 'delivered' }, version: 3 });
});

test('When the delivery has failed, then the complete order is cancelled, once, and keeps its ticket', async () => {
  const order = await complete();
  await told(order, { deliveryFailedAt: iso(0) });
  await untilShown(order, { status: 'cancelled', reason: 'not_delivered', delivery: { status: 'failed' }, version: 3 });
  await told(order, { deliveryFailedAt: iso(0) });
  await orders.charged(order, 'completed');
  await orders.handled.tickets();
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'cancelled', keepsTicket: true, version: 3 });
  const refusal = await orders.post({ ticketId: order.ticket.id }, 'another');
  expect([refusal.status, refusal.body.errors[0].message]).toEqual([400, 'Ticket is already reserved']);
});

test('When the ticket was sold so late that its deadline is later, then the order shows that one', async () => {
  const order = await complete();
  const { delivery } = await orders.get(order);
  await told(order, { dueAt: iso(hourMs) });
  const dueAt = iso(72 * hourMs);
  await told(order, { dueAt });
  await untilShown(order, { delivery: { status: 'pending', dueAt }, version: 3 });
  expect(Date.parse(delivery?.dueAt ?? '')).toBeLessThan(Date.parse(dueAt));
});

test('When a refunded order hears of its delivery, then it stays as it is', async () => {
  const order = await complete();
  await orders.charged(order, 'refunded', { completedAt: iso(0) });
  await untilShown(order, { status: 'cancelled', reason: 'refunded' });
  await told(order, { deliveryFailedAt: iso(0) });
  await orders.handled.tickets();
  expect(await orders.get(order)).toMatchObject({ reason: 'refunded', version: 3, delivery: { status: 'pending' } });
});

test('When an order of the release before hears of its delivery, then it shows it', async () => {
  const order = await complete();
  await orders.system
    .collection<{ _id: string }>('orders')
    .updateOne({ _id: order.id }, { $unset: { delivery: true } });
  expect(await orders.get(order)).not.toHaveProperty('delivery');
  const deliveredAt = iso(0);
  await told(order, { deliveredAt });
  await untilShown(order, { delivery: { status: 'delivered', deliveredAt } });
});
