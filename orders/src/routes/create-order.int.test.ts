import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import { orderCreated, ticketUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const storedFor = (ticketId: string) =>
  orders.system.collection<{ _id: string }>('orders').find({ 'ticket.id': ticketId }).toArray();

/** Orders whose events were published for the ticket. An event of a refused request would come before the last order's. */
const createdFor = async (ticketId: string): Promise<string[]> => {
  const last = await orders.ordered();
  return orders.system.eventually(() => {
    const created = orders.system.events(orderCreated).map(({ data }) => data);
    expect(created.map(({ id }) => id)).toContain(last.id);
    return created.filter(({ ticket }) => ticket.id === ticketId).map(({ id }) => id);
  });
};

test('When a free ticket is ordered, then the order is created with the price shown and its event is published', async () => {
  const ticket = await orders.listed();
  const response = await orders.post({ ticketId: ticket.id, expectedPrice: 19.99 });
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    id: expect.any(String),
    version: 0,
    userId: 'buyer',
    status: 'created',
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    price: 19.99,
    currency: 'usd',
    ticket: { id: ticket.id, title: 'Final', price: 19.99, version: 0 },
  });
  const left = Date.parse(response.body.expiresAt) - Date.now();
  expect(left).toBeGreaterThan(890_000);
  expect(left).toBeLessThanOrEqual(900_000);
  const event = await orders.system.eventually(() => {
    const found = orders.system.events(orderCreated).find(({ data }) => data.id === response.body.id);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'order', id: response.body.id, version: 0 });
  const { createdAt, expiresAt } = response.body;
  expect(event.data).toMatchObject({ price: 1999, status: 'created', createdAt, expiresAt });
  expect(event.data.ticket).toMatchObject({ id: ticket.id, revision: 0 });
});

test('When an order is created, then its event names the seller and says what the ticket is for, when, where and for which seat, and whether its file is there, in at most 4 KB', async () => {
  const details = {
    category: 'festivals' as const,
    startsAt: '2030-05-01T20:00:00.000Z',
    timeZone: 'America/Argentina/ComodRivadavia',
    venue: '🎟'.repeat(200),
    city: '🎟'.repeat(100),
    section: '🎟'.repeat(50),
    row: '🎟'.repeat(50),
    seat: '🎟'.repeat(50),
  };
  const title = '🎟'.repeat(200);
  const delivery = 'instant' as const;
  const ticket = await orders.listed({ title, ...details, delivery });
  const { body } = await orders.post({ ticketId: ticket.id });
  const event = await orders.system.eventually(() => {
    const found = orders.system.events(orderCreated).find(({ data }) => data.id === body.id);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(event.data).toMatchObject({ sellerId: 'seller', ticket: { title, ...details, delivery } });
  expect(body.ticket).toMatchObject({ title, ...details });
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(4_096);
});

test('When the event begins within the window, then the hold ends with its start, and from then on nobody can order', async () => {
  const startsAt = new Date(orders.system.clock.now().getTime() + 60_000).toISOString();
  const tickets = [await orders.listed({ startsAt }), await orders.listed({ startsAt })];
  const [first, second] = tickets.map(({ id }) => id);
  const held = await orders.post({ ticketId: first });
  expect([held.status, held.body.expiresAt]).toEqual([201, startsAt]);
  orders.system.clock.advance(60_000);
  const late = await orders.post({ ticketId: second });
  expect([late.status, late.body]).toEqual([400, { errors: [{ message: 'This event has begun' }] }]);
  expect(await storedFor(String(second))).toEqual([]);
});

test('When the ticket is held by another order, then the order is refused and no event is stored', async () => {
  const ticket = await orders.listed();
  const { id } = await orders.ordered({ ticket });
  const response = await orders.post({ ticketId: ticket.id }, 'other');
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message: 'Ticket is already reserved' }] });
  expect((await storedFor(ticket.id)).map(({ _id }) => _id)).toEqual([id]);
  expect(await createdFor(ticket.id)).toEqual([id]);
});

test('When 20 buyers order one ticket at once, then exactly one order is stored and published', async () => {
  const ticket = await orders.listed();
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => orders.post({ ticketId: ticket.id }, `buyer-${index}`)),
  );
  const [created, ...others] = responses.toSorted((one, other) => one.status - other.status);
  expect(created?.status).toBe(201);
  for (const { status, body } of others) {
    expect([status, body]).toEqual([400, { errors: [{ message: 'Ticket is already reserved' }] }]);
  }
  const { id, userId } = created?.body ?? {};
  expect(await storedFor(ticket.id)).toEqual([expect.objectContaining({ _id: id, userId, status: 'created' })]);
  expect(await createdFor(ticket.id)).toEqual([id]);
});

test('When tickets confirms the hold twice, then the order awaits payment and publishes that once', async () => {
  const order = await orders.ordered();
  await orders.confirmed(order);
  await orders.confirmed(order);
  await orders.handled.tickets();
  expect(await orders.get(order)).toEqual({ ...order, status: 'awaiting:payment', version: 1 });
  await orders.system.eventually(() => {
    expect(orders.moves(order.id)).toEqual([expect.objectContaining({ status: 'awaiting:payment', version: 1 })]);
  });
});

test.each([
  [{ ticketId: '' }, 400],
  [{}, 400],
  [{ ticketId: { $gt: '' } }, 400],
  [{ ticketId: newId() }, 404],
  [{ ticketId: 'no-id' }, 404],
  [{ ticketId: newId(), expectedPrice: '1' }, 400],
  [{ ticketId: newId(), expectedVersion: -1 }, 400],
  [{ ticketId: newId(), expectedVersion: 0.5 }, 400],
  [{ ticketId: newId(), expectedVersion: '0' }, 400],
])('When the body is %j, then the response is %i', async (body, status) => {
  const response = await orders.post(body);
  expect(response.status).toBe(status);
  expect(response.body.errors[0].message).toEqual(expect.any(String));
});

test.each([
  ['was edited since the buyer saw it', { version: 5, revision: 1, lastEdit: { revision: 1, version: 3 } }, 2, 409],
  ['was claimed and released since then', { version: 5, revision: 1, lastEdit: { revision: 1, version: 3 } }, 3, 201],
  ['was never edited', { version: 4 }, 0, 201],
])('When the listing %s, then the response is as expected', async (_, state, expectedVersion, status) => {
  const ticket = await orders.listed(state);
  const response = await orders.post({ ticketId: ticket.id, expectedVersion });
  expect(response.status).toBe(status);
  if (status === 409)
    expect(response.body).toEqual({ errors: [{ message: 'The listing of this ticket has changed' }] });
});

test('When the copy is older than what the buyer saw, then the order waits for it', async () => {
  const ticket = await orders.listed();
  const edited = { ...ticket, version: 1, revision: 1, title: 'Semi-final', lastEdit: { revision: 1, version: 1 } };
  // Superagent sends a request when it is awaited.
  const waiting = orders.post({ ticketId: ticket.id, expectedVersion: 1 }).then((answer) => answer);
  expect((await orders.post({ ticketId: newId() })).status).toBe(404);
  await orders.system.publish(ticketUpdated, edited);
  const response = await waiting;
  expect([response.status, response.body.ticket]).toEqual([
    201,
    { id: ticket.id, title: 'Semi-final', price: 19.99, version: 1 },
  ]);
});

test('When no copy as new as what the buyer saw arrives, then the response is 409 and nothing is held', async () => {
  const ticket = await orders.listed();
  const response = await orders.post({ ticketId: ticket.id, expectedVersion: 1 });
  expect(response.status).toBe(409);
  expect(await storedFor(ticket.id)).toEqual([]);
});

test('When nobody is signed in, then the response is 401', async () => {
  const ticket = await orders.listed();
  const response = await orders.api.post('/api/orders').send({ ticketId: ticket.id });
  expect(response.status).toBe(401);
  expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
  expect(await storedFor(ticket.id)).toEqual([]);
});

test.each([
  ['the seller orders their own ticket', {}, 'seller', 400, 'You cannot order your own ticket'],
  ['the price differs from the one shown', { expectedPrice: 18 }, 'buyer', 409, 'The price of this ticket has changed'],
])('When %s, then the order is refused and no event is stored', async (_, expected, userId, status, message) => {
  const ticket = await orders.listed();
  const response = await orders.post({ ticketId: ticket.id, ...expected }, userId);
  expect([response.status, response.body]).toEqual([status, { errors: [{ message }] }]);
  expect(await storedFor(ticket.id)).toEqual([]);
  expect(await createdFor(ticket.id)).toEqual([]);
});

test('When a ticket has been withdrawn, then it cannot be ordered, as if it did not exist', async () => {
  const ticket = await orders.listed({ version: 1, revision: 1, withdrawnAt: '2030-01-01T00:00:00.000Z' });
  const response = await orders.post({ ticketId: ticket.id });
  expect([response.status, response.body]).toEqual([404, { errors: [{ message: 'Ticket not found' }] }]);
  expect(await storedFor(ticket.id)).toEqual([]);
});

test.each([
  ['its own', 'event of the ticket', 'event of the ticket'],
  ['none, since the release before has written it', undefined, eventIdOf({ title: 'Final', venue: 'Arena' })],
])('When the ticket has an event, %s, then the order names it', async (_, eventId, expected) => {
  const ticket = await orders.listed({ venue: 'Arena', ...(eventId === undefined ? {} : { eventId }) });
  const order = await orders.ordered({ ticket });
  await orders.system.eventually(() => {
    const created = orders.system.events(orderCreated).find(({ data }) => data.id === order.id);
    expect(created?.data.eventId).toBe(expected);
  });
});
