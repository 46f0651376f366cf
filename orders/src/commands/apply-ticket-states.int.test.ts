import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketCreated, ticketUpdated, type TicketState } from '@ticketing/common/events';
import type { DeadLetter } from '@ticketing/common/messaging';
import * as fc from 'fast-check';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const details = { category: 'sports' as const, city: 'Bern', startsAt: '2030-01-01T19:00:00.000Z', seat: '7' };

test('When a ticket is listed and edited, then its copy has the state of its events', async () => {
  const ticket = await orders.listed(details);
  expect(await orders.copy(ticket.id)).toEqual(ticket);
  const edited = { ...ticket, version: 1, revision: 1, price: 2500 };
  await orders.system.publish(ticketUpdated, edited);
  await orders.system.eventually(async () => expect(await orders.copy(ticket.id)).toEqual(edited));
  const response = await orders.post({ ticketId: ticket.id });
  expect(response.body).toMatchObject({ price: 25, ticket: { price: 25, version: 1 } });
  expect(await orders.stored(response.body.id)).toMatchObject({ price: 2500, ticket: { revision: 1 } });
});

test('When an older state arrives after a newer one, then the copy stays the newer one', async () => {
  const ticket = await orders.listed();
  const newest: TicketState = { ...ticket, version: 3, revision: 2, price: 3000, seat: '9' };
  await orders.system.publish(ticketUpdated, newest);
  await orders.system.eventually(async () => expect(await orders.copy(ticket.id)).toEqual(newest));
  await orders.system.publish(ticketUpdated, { ...ticket, version: 2, revision: 1, price: 2500 });
  await orders.system.publish(ticketCreated, ticket);
  await orders.handled.tickets();
  expect(await orders.copy(ticket.id)).toEqual(newest);
});

test('When a detail was cleared, then the copy no longer has it', async () => {
  const ticket = await orders.listed(details);
  const { seat: _, ...others } = ticket;
  await orders.system.publish(ticketUpdated, { ...others, version: 1 });
  await orders.system.eventually(async () => expect(await orders.copy(ticket.id)).toEqual({ ...others, version: 1 }));
});

test('When events arrive in any order and several times, then every copy has the newest state in the end', async () => {
  const versions = 6;
  const arrivals = fc.sample(
    fc.array(fc.nat(versions - 1), { minLength: 3, maxLength: 15 }).filter((seen) => seen.length > 0),
    { numRuns: 15, seed: 42 },
  );
  const expected = await Promise.all(
    arrivals.map(async (arrival, index) => {
      const state = (version: number): TicketState => ({
        id: `shuffled-${index}`,
        version,
        revision: version,
        title: `Version ${version}`,
        price: 1000 + version,
        userId: 'seller',
      });
      await Promise.all(
        arrival.map((version) => orders.system.publish(version === 0 ? ticketCreated : ticketUpdated, state(version))),
      );
      return state(Math.max(...arrival));
    }),
  );
  for (const newest of expected) {
    await orders.system.eventually(async () => expect(await orders.copy(newest.id)).toEqual(newest));
  }
  await orders.listed();
  await orders.handled.tickets();
  for (const newest of expected) expect(await orders.copy(newest.id)).toEqual(newest);
});

test('When the ticket is held for an order, then only that order awaits payment, even if the price differs', async () => {
  const [order, other] = [await orders.ordered(), await orders.ordered()];
  await orders.system.publish(ticketUpdated, {
    ...(await orders.listed({ id: order.ticket.id })),
    version: 4,
    price: 1,
    orderId: order.id,
  });
  await orders.until(order, { status: 'awaiting:payment', version: 1 });
  expect(await orders.get(order)).toEqual({ ...order, status: 'awaiting:payment', version: 1 });
  expect((await orders.stored(other.id)).status).toBe('created');
  await orders.system.eventually(() => {
    expect(orders.moves(order.id)).toEqual([
      expect.objectContaining({ status: 'awaiting:payment', version: 1, price: 1999, userId: 'buyer' }),
    ]);
  });
});

test('When the hold arrives late, then a cancelled or complete order does not move', async () => {
  const cancelled = await orders.ordered({ status: 'cancelled' });
  const complete = await orders.ordered({ status: 'complete' });
  await orders.confirmed(cancelled);
  await orders.confirmed(complete);
  await orders.handled.tickets();
  expect(await orders.stored(cancelled.id)).toMatchObject({ status: 'cancelled', version: 1 });
  expect(await orders.stored(complete.id)).toMatchObject({ status: 'complete', version: 2 });
});

test('When the copy shows the ticket as held or sold, then an order for it is refused', async () => {
  const ticket = await orders.listed();
  const held = { ...ticket, version: 1, orderId: 'of-another' };
  await orders.system.publish(ticketUpdated, held);
  await orders.system.eventually(async () => expect(await orders.copy(ticket.id)).toEqual(held));
  const refused = await orders.post({ ticketId: ticket.id });
  expect([refused.status, refused.body.errors]).toEqual([400, [{ message: 'Ticket is already reserved' }]]);
  const sold = { ...held, version: 2, soldAt: new Date().toISOString() };
  await orders.system.publish(ticketUpdated, sold);
  await orders.system.eventually(async () => expect(await orders.copy(ticket.id)).toEqual(sold));
  expect((await orders.post({ ticketId: ticket.id })).status).toBe(400);
});

test('When the ticket is released, then it can be ordered again', async () => {
  const ticket = await orders.listed();
  await orders.system.publish(ticketUpdated, { ...ticket, version: 1, orderId: 'of-another' });
  await orders.system.publish(ticketUpdated, { ...ticket, version: 2 });
  await orders.system.eventually(async () => expect((await orders.copy(ticket.id))?.version).toBe(2));
  expect((await orders.post({ ticketId: ticket.id })).status).toBe(201);
});

test('When events are malformed, then they become dead letters and the next ones are processed', async () => {
  await orders.system.send('ticket.created', '{"half":');
  await orders.system.send('ticket.updated', { type: 'ticket.updated', data: { price: 'free' } });
  await orders.handled.tickets();
  const letters = await orders.system.collection<DeadLetter>('dead-letters').find().sort({ durable: 1 }).toArray();
  expect(letters.map(({ durable, failures }) => [durable, failures])).toEqual([
    ['orders_ticket-created', 1],
    ['orders_ticket-updated', 1],
  ]);
});
