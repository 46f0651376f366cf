import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated, ticketUpdated } from '@ticketing/common/events';
import { forgetCreations } from '@ticketing/common/messaging';
import { newId } from '@ticketing/common/mongo';
import supertest from 'supertest';
import type { OrderDocument } from '../models/open-models.ts';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;
let replicas: readonly ReturnType<typeof supertest>[];

beforeAll(async () => {
  orders = await openHarness({ MAX_LIVE_HOLDS: '2' });
  replicas = [orders.api, supertest((await orders.startReplica()).url)];
});
afterAll(() => orders.system.close());

const documents = () => orders.system.collection<OrderDocument>('orders');

const send = (key: string, body: object, userId: string, replica = 0) =>
  (replicas[replica % replicas.length] ?? orders.api)
    .post('/api/orders')
    .set(orders.system.as(userId))
    .set('Idempotency-Key', key)
    .send(body);

const publishedFor = (ticketId: string) =>
  orders.system.events(orderCreated).filter(({ data }) => data.ticket.id === ticketId);

test('When an order is repeated 20 times at once at two replicas, then it is made once and every response is its creation', async () => {
  for (let round = 0; round < 5; round += 1) {
    const userId = `impatient-${round}`;
    const { id: ticketId } = await orders.listed();
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send('again', { ticketId }, userId, index)),
    );
    const [first] = responses;
    for (const { status, body } of responses) expect([status, body]).toEqual([201, first?.body]);
    expect(await documents().countDocuments({ userId })).toBe(1);
    await orders.system.eventually(() => expect(publishedFor(ticketId)).toHaveLength(1));
  }
});

test('When an order is repeated after it has moved on, then the response is its creation', async () => {
  const userId = 'returns';
  const ticket = await orders.listed();
  const body = { ticketId: ticket.id, expectedPrice: 19.99 };
  const created = (await send('k', body, userId).expect(201)).body;
  // Tickets holds it, so that a new order would be refused.
  await orders.confirmed(created);
  await orders.until(created, { status: 'awaiting:payment' });
  expect((await send('k', body, userId, 1)).body).toEqual(created);
  await orders.charged(created, 'completed');
  await orders.until(created, { status: 'complete' });
  const sold = { ...ticket, version: 2, orderId: created.id, soldAt: orders.system.clock.now().toISOString() };
  await orders.system.publish(ticketUpdated, sold);
  await orders.system.eventually(async () => expect((await orders.copy(ticket.id))?.soldAt).toBeDefined());
  const { status, body: again } = await send('k', { expectedPrice: 19.99, ticketId: ticket.id }, userId);
  expect([status, again]).toEqual([201, created]);
});

test('When an order is repeated by an account with all holds taken, or was cancelled, then the response is its creation', async () => {
  const userId = 'holds-all';
  const { id: ticketId } = await orders.listed();
  const { body: created } = await send('k', { ticketId }, userId).expect(201);
  await orders.ordered({ userId });
  expect((await send('k', { ticketId }, userId)).body).toEqual(created);
  await orders.delete(created.id, userId).expect(204);
  expect((await send('k', { ticketId }, userId)).body).toEqual(created);
  expect(await documents().countDocuments({ userId })).toBe(2);
});

test('When a key is used again with another body, then the response is 422 and nothing is held', async () => {
  const userId = 'mixes';
  const [one, other] = [await orders.listed(), await orders.listed()];
  await send('k', { ticketId: one.id }, userId).expect(201);
  for (const body of [{ ticketId: other.id }, { ticketId: one.id, expectedPrice: 19.99 }, { ticketId: '' }]) {
    const response = await send('k', body, userId);
    expect([response.status, response.body]).toEqual([
      422,
      { errors: [{ message: 'This Idempotency-Key was used before with another body' }] },
    ]);
  }
  expect(await documents().countDocuments({ 'ticket.id': other.id })).toBe(0);
});

test('When two bodies come with one key at once, then one is done and the other is 422', async () => {
  const userId = 'races';
  const bodies = await Promise.all(Array.from({ length: 6 }, async () => ({ ticketId: (await orders.listed()).id })));
  const responses = await Promise.all(bodies.map((body, index) => send('k', body, userId, index)));
  expect(responses.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    201, 422, 422, 422, 422, 422,
  ]);
});

test('When an order was refused, then its key is free', async () => {
  const userId = 'persists';
  const taken = await orders.ordered({ userId: 'first' });
  const body = { ticketId: taken.ticket.id };
  expect((await send('k', body, userId)).status).toBe(400);
  await orders.delete(taken.id, 'first').expect(204);
  expect((await send('k', body, userId)).status).toBe(201);
  const unknown = newId();
  expect((await send('k2', { ticketId: unknown }, userId)).status).toBe(404);
  await orders.listed({ id: unknown });
  expect((await send('k2', { ticketId: unknown }, userId)).status).toBe(201);
});

test('When another account uses the same key, then it counts for itself', async () => {
  const [one, other] = [await orders.listed(), await orders.listed()];
  const first = await send('shared', { ticketId: one.id }, 'one').expect(201);
  const second = await send('shared', { ticketId: other.id }, 'other').expect(201);
  expect(second.body.id).not.toBe(first.body.id);
});

test('When a key is used, then no response and no event has it, and it is forgotten after a day', async () => {
  const userId = 'secretive';
  const key = `key-${newId()}`;
  const { id: ticketId } = await orders.listed();
  const { body: created } = await send(key, { ticketId }, userId).expect(201);
  await orders.system.eventually(() => expect(publishedFor(ticketId)).toHaveLength(1));
  const list = await orders.api.get('/api/orders').set(orders.system.as(userId));
  expect(JSON.stringify([publishedFor(ticketId), created, await orders.get(created), list.body])).not.toContain(key);
  const hours = (count: number) => new Date(orders.system.clock.now().getTime() + count * 3_600_000);
  await forgetCreations(orders.system.collection('orders'), hours(23.9));
  expect((await send(key, { ticketId }, userId)).body).toEqual(created);
  await forgetCreations(orders.system.collection('orders'), hours(24.1));
  expect(await orders.stored(created.id)).not.toHaveProperty('creation');
  expect((await send(key, { ticketId }, userId)).status).toBe(400);
});

test.each(['', 'x'.repeat(256), 'ké'])('When the key is %j, then the response is 400 and names it', async (key) => {
  const { id: ticketId } = await orders.listed();
  const response = await send(key, { ticketId }, 'buyer');
  expect([response.status, response.body.errors[0].field]).toEqual([400, 'Idempotency-Key']);
  expect(await documents().countDocuments({ 'ticket.id': ticketId })).toBe(0);
});
