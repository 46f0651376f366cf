import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated, ticketClaimRefused, type OrderState } from '@ticketing/common/events';
import type { DeadLetter } from '@ticketing/common/messaging';
import { newId } from '@ticketing/common/mongo';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const refusals = (order: OrderState) =>
  tickets.system
    .events(ticketClaimRefused)
    .filter(({ data }) => data.orderId === order.id)
    .map(({ data }) => data.reason);
const refused = (order: OrderState, reason: string) =>
  tickets.system.eventually(() => expect(refusals(order)).toEqual([reason]));
const deadLetters = () => tickets.system.collection<DeadLetter>('dead-letters').find().toArray();

test('When the ticket is free and unchanged, then it is held for the order and one event is published', async () => {
  const ticket = await tickets.list({ city: 'Berlin' });
  const order = orderFor(ticket);
  const event = await tickets.created(order);
  await tickets.untilHeld(order);
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'held', version: 1, revision: 0 });
  await tickets.system.send('order.created', event);
  await tickets.created(order);
  await tickets.createdHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: order.id, version: 1 });
  expect(tickets.updates(ticket.id)).toEqual([
    {
      id: ticket.id,
      version: 1,
      revision: 0,
      title: 'Final',
      price: 1999,
      currency: 'usd',
      userId: 'seller',
      eventId: ticket.eventId,
      delivery: 'by_seller',
      city: 'Berlin',
      orderId: order.id,
    },
  ]);
  expect(refusals(order)).toEqual([]);
});

test('When an event causes another, then both carry the trace of the same request', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  const cause = await tickets.created(order);
  const refusedOrder = orderFor(ticket, {}, 7);
  await tickets.created(refusedOrder);
  await refused(refusedOrder, 'ticket_changed');
  const refusal = tickets.system.events(ticketClaimRefused).find(({ data }) => data.orderId === refusedOrder.id);
  expect(refusal).toMatchObject({ correlationId: cause.correlationId, traceId: cause.traceId });
  expect(refusal?.aggregate).toMatchObject({ type: 'ticket', id: ticket.id });
});

test('When the price was changed first, then the order is refused and the ticket stays on sale', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.put(ticket.id, { title: 'Final', price: 25 });
  await tickets.created(order);
  await refused(order, 'price_changed');
  expect(await tickets.get(ticket.id)).toEqual({ ...ticket, price: 25, version: 1 });
});

test('When anything else of the listing was changed first, then the order is refused as changed', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.put(ticket.id, { title: 'Final', price: 19.99, seat: '8' });
  await tickets.created(order);
  await refused(order, 'ticket_changed');
  expect((await tickets.get(ticket.id)).orderId).toBeUndefined();
});

test('When the price was changed and changed back, then the order is still refused as changed', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.put(ticket.id, { title: 'Final', price: 25 });
  await tickets.put(ticket.id, { title: 'Final', price: 19.99 });
  await tickets.created(order);
  await refused(order, 'ticket_changed');
});

test('When the ticket is held and released in between, then an order for its revision still gets it', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  const next = orderFor(ticket);
  await tickets.created(next);
  await tickets.untilHeld(next);
});

test('When another order holds the ticket, then the order waits for 2 s by the clock of the process, even if the database’s goes back, and is then refused', async () => {
  const { ticket, order: holder } = await tickets.held();
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.createdHandled();
  expect(refusals(order)).toEqual([]);
  const stepMs = 100;
  let backMs = 0;
  await tickets.system.eventually(() => {
    backMs += stepMs;
    tickets.system.clock.advance(-stepMs);
    expect(refusals(order)).toEqual(['unavailable']);
  });
  tickets.system.clock.advance(backMs);
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: holder.id, availability: 'held', version: 1 });
});

test('When the other order releases the ticket meanwhile, then the waiting order gets it', async () => {
  const { ticket, order: holder } = await tickets.held();
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.createdHandled();
  await tickets.cancelled(holder);
  await tickets.untilHeld(order);
  expect(refusals(order)).toEqual([]);
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 3 });
});

test('When the event is already old, because of a backlog or another clock, then the order waits just as long', async () => {
  const { ticket, order: holder } = await tickets.held();
  const order = orderFor(ticket);
  await tickets.created(order, new Date(tickets.system.clock.now().getTime() - 60_000));
  await tickets.createdHandled();
  expect(refusals(order)).toEqual([]);
  await tickets.cancelled(holder);
  await tickets.untilHeld(order);
  expect(refusals(order)).toEqual([]);
});

test('When the ticket is sold, then an order for it is refused immediately', async () => {
  const { ticket, order: buyer } = await tickets.held();
  await tickets.complete(buyer);
  await tickets.updatedHandled();
  const order = orderFor(ticket);
  await tickets.created(order);
  await refused(order, 'unavailable');
  expect(await tickets.stored(ticket.id)).toMatchObject({ orderId: buyer.id, availability: 'sold' });
});

test('When an order was refused, then it never gets the ticket, however often its event is delivered', async () => {
  const { ticket, order: holder } = await tickets.held();
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.createdHandled();
  tickets.system.clock.advance(2_000);
  await refused(order, 'unavailable');
  await tickets.cancelled(holder);
  await tickets.cancelledHandled();
  await tickets.created(order);
  await tickets.createdHandled();
  expect((await tickets.stored(ticket.id)).orderId).toBeUndefined();
  expect(refusals(order)).toEqual(['unavailable']);
});

test('When the cancellation overtakes its order.created, then the order never gets the ticket', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  await tickets.created(order);
  await tickets.createdHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'on_sale', version: 0 });
  expect(refusals(order)).toEqual([]);
  const next = orderFor(ticket);
  await tickets.created(next);
  await tickets.untilHeld(next);
});

test('When an order has been cancelled, then a late copy of its order.created does not claim again', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  await tickets.created(order);
  await tickets.createdHandled();
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'on_sale', version: 2 });
});

test('When the ticket does not exist yet, then the claim is retried until it does', async () => {
  const ticket = await tickets.list();
  const hidden = await tickets.system.collection<{ _id: string }>('tickets').findOneAndDelete({ _id: ticket.id });
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.createdHandled();
  if (hidden === null) throw new Error('the ticket was not there');
  await tickets.system.collection<{ _id: string }>('tickets').insertOne(hidden);
  await tickets.untilHeld(order);
});

test('When the deadline of an order is over for two minutes, then it is refused, as often as its event is delivered', async () => {
  const ticket = await tickets.list();
  const deadline = (seconds: number) => new Date(tickets.system.clock.now().getTime() + seconds * 1_000).toISOString();
  const order = orderFor(ticket, { expiresAt: deadline(-121) });
  await tickets.created(order);
  await refused(order, 'unavailable');
  await tickets.created(order);
  await tickets.system.eventually(() => expect(refusals(order)).toEqual(['unavailable', 'unavailable']));
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'on_sale', version: 0, closedOrders: [] });
  const inTime = orderFor(ticket, { expiresAt: deadline(-60) });
  await tickets.created(inTime);
  await tickets.untilHeld(inTime);
});

test('When an event is malformed, then it becomes a dead letter at once and the next one is processed', async () => {
  const ticket = await tickets.list();
  const order = orderFor(ticket);
  const bad = [
    '{"half":',
    'null',
    { ...(await tickets.created(orderFor(await tickets.list()))), type: 'order.updated' },
    { id: newId(), type: orderCreated.type, data: {} },
  ];
  const before = (await deadLetters()).length;
  await Promise.all(bad.map((message) => tickets.system.send('order.created', message)));
  await tickets.created(order);
  await tickets.untilHeld(order);
  await tickets.system.eventually(async () => expect(await deadLetters()).toHaveLength(before + bad.length));
  const letters = (await deadLetters()).slice(before);
  expect(letters.map(({ body }) => body).toSorted()).toEqual(
    bad.map((message) => (typeof message === 'string' ? message : JSON.stringify(message))).toSorted(),
  );
  for (const letter of letters) {
    expect(letter).toMatchObject({ durable: 'tickets_order-created', subject: 'order.created', failures: 1 });
    expect(letter.reason).toMatch(/^not a order.created/);
  }
});
