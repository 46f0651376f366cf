import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated, orderUpdated, ticketCreated, ticketUpdated, type TicketState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let api: ReturnType<typeof supertest>;

beforeAll(async () => {
  system = await openTestSystem();
  const service = await system.start((overrides) => startService(readConfig(system.env), overrides));
  api = supertest(service.url);
});
afterAll(() => system.close());

const listed = async (state: Partial<TicketState> = {}): Promise<TicketState> => {
  const ticket = { id: newId(), version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller', ...state };
  await system.publish(ticketCreated, ticket);
  await system.eventually(async () => {
    expect(await system.collection('tickets').countDocuments({ 'ticket.id': ticket.id })).toBe(1);
  });
  return ticket;
};

const order = (body: object, userId = 'buyer') => api.post('/api/orders').set(system.as(userId)).send(body);

test('When a free ticket is ordered, then the order is created with the price shown and its event is published', async () => {
  const ticket = await listed();
  const response = await order({ ticketId: ticket.id, expectedPrice: 19.99 });
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    id: expect.any(String),
    version: 0,
    userId: 'buyer',
    status: 'created',
    expiresAt: expect.any(String),
    price: 19.99,
    ticket: { id: ticket.id, title: 'Final', price: 19.99, version: 0 },
  });
  const left = Date.parse(response.body.expiresAt) - Date.now();
  expect(left).toBeGreaterThan(890_000);
  expect(left).toBeLessThanOrEqual(900_000);
  const event = await system.eventually(() => {
    const found = system.events(orderCreated).find(({ data }) => data.id === response.body.id);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'order', id: response.body.id, version: 0 });
  expect(event.data).toMatchObject({ price: 1999, status: 'created', ticket: { id: ticket.id, revision: 0 } });
});

test('When the ticket is held by another order, then the order is refused and no event is stored', async () => {
  const ticket = await listed();
  expect((await order({ ticketId: ticket.id })).status).toBe(201);
  const response = await order({ ticketId: ticket.id }, 'other');
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message: 'Ticket is already reserved' }] });
  expect(await system.collection('orders').countDocuments({ 'ticket.id': ticket.id })).toBe(1);
});

test('When 20 buyers order one ticket at once, then exactly one gets it', async () => {
  const ticket = await listed();
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => order({ ticketId: ticket.id }, `buyer-${index}`)),
  );
  expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201,
    ...Array.from({ length: 19 }, () => 400),
  ]);
});

test('When tickets has confirmed the hold, then the order awaits payment, however often the event comes', async () => {
  const ticket = await listed();
  const { body } = await order({ ticketId: ticket.id });
  const held = { ...ticket, version: 1, orderId: body.id };
  await system.publish(ticketUpdated, held);
  await system.publish(ticketUpdated, held);
  await system.eventually(async () => {
    const response = await api.get(`/api/orders/${body.id}`).set(system.as('buyer'));
    expect(response.body).toMatchObject({ status: 'awaiting:payment', version: 1 });
  });
  await system.eventually(() => {
    expect(system.events(orderUpdated).filter(({ data }) => data.id === body.id)).toHaveLength(1);
  });
});

test.each([
  [{ ticketId: '' }, 400],
  [{}, 400],
  [{ ticketId: { $gt: '' } }, 400],
  [{ ticketId: newId() }, 404],
  [{ ticketId: 'no-id' }, 404],
  [{ ticketId: newId(), expectedPrice: '1' }, 400],
])('When the body is %j, then the answer is %i', async (body, status) => {
  const response = await order(body);
  expect(response.status).toBe(status);
  expect(response.body.errors[0].message).toEqual(expect.any(String));
});

test('When nobody is signed in, then the answer is 401', async () => {
  const response = await api.post('/api/orders').send({ ticketId: newId() });
  expect(response.status).toBe(401);
  expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
});

test('When the seller orders their own ticket, then the order is refused', async () => {
  const ticket = await listed();
  expect((await order({ ticketId: ticket.id }, 'seller')).status).toBe(400);
});

test('When the price is not the one that the buyer was shown, then the answer is 409', async () => {
  const ticket = await listed();
  expect((await order({ ticketId: ticket.id, expectedPrice: 18 })).status).toBe(409);
});
