import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketClaimRefused, ticketUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const versionsSaid = (ticketId: string) =>
  tickets.system
    .events(ticketUpdated)
    .filter(({ data }) => data.id === ticketId)
    .map(({ data }) => data.version);

const untilSaid = (ticketId: string, versions: readonly number[]) =>
  tickets.system.eventually(() => {
    expect(versionsSaid(ticketId)).toEqual(versions);
  });

test('When an order that holds its ticket is republished, then ticket.updated is republished too', async () => {
  const { ticket, order } = await tickets.held();
  await untilSaid(ticket.id, [1]);
  // A duplicate has the time of the first.
  await tickets.created(order);
  await tickets.createdHandled();
  expect(versionsSaid(ticket.id)).toEqual([1]);
  tickets.system.clock.advance(31_000);
  await tickets.created(order);
  await untilSaid(ticket.id, [1, 1]);
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 1, orderId: order.id });
});

test('When an order that was refused is republished, then it is refused again for the same reason', async () => {
  const { ticket, order } = await tickets.held();
  const late = { ...order, id: newId(), ticket: { ...order.ticket, revision: 9 } };
  const refusals = () => tickets.system.events(ticketClaimRefused).filter(({ data }) => data.orderId === late.id);
  await tickets.created(late);
  await tickets.system.eventually(() => {
    expect(refusals()).toHaveLength(1);
  });
  await tickets.created(late);
  await tickets.createdHandled();
  expect(refusals()).toHaveLength(1);
  tickets.system.clock.advance(31_000);
  await tickets.created(late);
  await tickets.system.eventually(() => {
    expect(refusals().map(({ data }) => data.reason)).toEqual(['ticket_changed', 'ticket_changed']);
  });
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 1, orderId: order.id });
});

test('When a cancelled order is republished, then a ticket that it holds is released', async () => {
  const { ticket, order } = await tickets.held();
  tickets.system.clock.advance(31_000);
  await tickets.cancelled(order);
  await tickets.untilOnSale(ticket.id);
  await untilSaid(ticket.id, [1, 2]);
});

test('When a cancelled order is republished and its ticket is free, then ticket.updated is republished too', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await untilSaid(ticket.id, [1, 2]);
  await tickets.cancelled(order);
  await tickets.cancelledHandled();
  expect(versionsSaid(ticket.id)).toEqual([1, 2]);
  tickets.system.clock.advance(31_000);
  await tickets.cancelled(order);
  await untilSaid(ticket.id, [1, 2, 2]);
});

test('When a cancelled order is republished after its ticket no longer remembers it, then ticket.updated is republished too', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await untilSaid(ticket.id, [1, 2]);
  tickets.system.clock.advance(21 * 60_000);
  const next = orderFor(ticket);
  await tickets.cancelled(next);
  await tickets.cancelledHandled();
  expect((await tickets.stored(ticket.id)).closedOrders.map(({ id }) => id)).not.toContain(order.id);
  await tickets.cancelled(order);
  await untilSaid(ticket.id, [1, 2, 2]);
});

test('When a complete order is republished, then the sale of its ticket is republished too', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.complete(order);
  await untilSaid(ticket.id, [1, 2]);
  await tickets.complete(order);
  await tickets.updatedHandled();
  expect(versionsSaid(ticket.id)).toEqual([1, 2]);
  tickets.system.clock.advance(31_000);
  await tickets.complete(order);
  await untilSaid(ticket.id, [1, 2, 2]);
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 2, availability: 'sold' });
});
