import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const withdraw = (ticketId: string, userId = 'seller') =>
  tickets.api.delete(`/api/tickets/${ticketId}`).set(tickets.system.as(userId));
const listed = async (): Promise<string[]> =>
  (await tickets.api.get('/api/tickets?limit=100')).body.map(({ id }: { id: string }) => id);
const notFound = { errors: [{ message: 'Ticket not found' }] };

test('When the owner withdraws a ticket, then it is off sale at once, and one event with a new revision says so', async () => {
  const ticket = await tickets.list();
  expect(await listed()).toContain(ticket.id);
  expect((await withdraw(ticket.id)).status).toBe(204);
  expect(await listed()).not.toContain(ticket.id);
  expect((await withdraw(ticket.id)).status).toBe(204);
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id)).toEqual([
      {
        id: ticket.id,
        version: 1,
        revision: 1,
        lastEdit: { revision: 1, version: 1 },
        title: 'Final',
        price: 1999,
        currency: 'usd',
        userId: 'seller',
        eventId: expect.any(String),
        delivery: 'by_seller',
        withdrawnAt: expect.any(String),
      },
    ]);
  });
});

test('When a ticket is withdrawn, then its owner still sees it, alone and in their list, and nobody else does', async () => {
  const owner = newId();
  const ticket = await tickets.list({}, owner);
  await withdraw(ticket.id, owner);
  const path = `/api/tickets/${ticket.id}`;
  const own = await tickets.api.get(path).set(tickets.system.as(owner));
  expect(own.status).toBe(200);
  expect(own.headers['cache-control']).toBe('private, no-store');
  expect(own.body).toEqual({ ...ticket, version: 1, withdrawnAt: expect.any(String) });
  const mine = await tickets.api.get('/api/tickets?mine=true').set(tickets.system.as(owner));
  expect(mine.body).toEqual([own.body]);
  const edit = { title: 'Final', price: 5 };
  for (const foreign of [
    await tickets.api.get(path),
    await tickets.api.get(path).set(tickets.system.as('another')),
    await tickets.put(ticket.id, edit, 'another'),
    await withdraw(ticket.id, 'another'),
  ]) {
    expect([foreign.status, foreign.body]).toEqual([404, notFound]);
  }
});

test('When a withdrawn ticket is edited, then it is refused and stays as it is', async () => {
  const ticket = await tickets.list();
  await withdraw(ticket.id);
  for (const edit of [
    { title: 'Final', price: 19.99 },
    { title: 'Semi-final', price: 5 },
  ]) {
    const response = await tickets.put(ticket.id, edit);
    expect([response.status, response.body]).toEqual([
      400,
      { errors: [{ message: 'Cannot edit a withdrawn ticket' }] },
    ]);
  }
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 1, title: 'Final', price: 1999 });
});

test('When a ticket is held or sold, then it cannot be withdrawn', async () => {
  const { ticket, order } = await tickets.held();
  const held = await withdraw(ticket.id);
  expect([held.status, held.body]).toEqual([400, { errors: [{ message: 'Cannot withdraw a reserved ticket' }] }]);
  await tickets.complete(order);
  await tickets.updatedHandled();
  const sold = await withdraw(ticket.id);
  expect([sold.status, sold.body]).toEqual([400, { errors: [{ message: 'Cannot withdraw a sold ticket' }] }]);
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 2, availability: 'sold', orderId: order.id });
});

test('When the caller is nobody or somebody else, or the ticket is unknown, then it is 401 or 404', async () => {
  const ticket = await tickets.list();
  expect((await tickets.api.delete(`/api/tickets/${ticket.id}`)).status).toBe(401);
  expect((await withdraw(ticket.id, 'another')).status).toBe(401);
  expect((await withdraw(newId())).status).toBe(404);
  expect((await withdraw('no-id')).status).toBe(404);
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 0, availability: 'on_sale' });
});

test('When an order was made before the withdrawal, then its claim is refused as of a changed listing', async () => {
  const ticket = await tickets.list();
  await withdraw(ticket.id);
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.untilRefused(order, 'ticket_changed');
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'withdrawn' });
});

test('When an order names the revision that the withdrawal made, then its claim is refused as unavailable', async () => {
  const ticket = await tickets.list();
  await withdraw(ticket.id);
  const order = orderFor(ticket, {}, 1);
  await tickets.created(order);
  await tickets.untilRefused(order, 'unavailable');
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'withdrawn' });
});
