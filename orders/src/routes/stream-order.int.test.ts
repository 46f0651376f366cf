import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sessionEnded } from '@ticketing/common/events';
import { readLive, type LiveReader } from '@ticketing/common/testing';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;
let replicas: readonly string[];
const readers: LiveReader[] = [];

beforeAll(async () => {
  orders = await openHarness();
  replicas = [orders.api.get('/').url.slice(0, -1), (await orders.startReplica()).url];
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(() => orders.system.close());

/** A reader at each replica. */
const readAll = async (orderId: string, headers: Readonly<Record<string, string>>) => {
  const opened = await Promise.all(replicas.map((url) => readLive(`${url}/api/orders/${orderId}/stream`, headers)));
  readers.push(...opened);
  return opened;
};
const eventually = (check: () => void | Promise<void>) => orders.system.eventually(check);

test('When an order moves, then its buyer sees each state at every replica, with its history, as GET shows it', async () => {
  const order = await orders.ordered();
  const buyer = orders.system.as('buyer');
  const all = await readAll(order.id, buyer);
  const shows = (expected: object) =>
    eventually(() => {
      for (const { messages } of all) expect(messages.at(-1)?.data).toMatchObject(expected);
    });
  const created = { status: 'created', at: expect.any(String) };
  const awaiting = { status: 'awaiting:payment', at: expect.any(String) };
  await shows({ status: 'created', history: [created] });
  await orders.confirmed(order);
  await shows({ status: 'awaiting:payment', history: [created, awaiting] });
  await orders.charged(order, 'completed');
  await shows({ status: 'complete', history: [created, awaiting, { status: 'complete', at: expect.any(String) }] });
  const { body } = await orders.api.get(`/api/orders/${order.id}`).set(buyer);
  await shows(body);
  const ids = all.map(({ messages }) => messages.map(({ id }) => id));
  expect(ids[1]).toEqual(ids[0]);
});

test('When an order is cancelled, then the history says why', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  const [reader] = await readAll(order.id, orders.system.as('buyer'));
  await orders.delete(order.id);
  await eventually(() => {
    expect(reader?.messages.at(-1)?.data).toMatchObject({
      history: [{ status: 'created' }, { status: 'awaiting:payment' }, { status: 'cancelled', reason: 'by_buyer' }],
    });
  });
});

test('When somebody else opens the stream of an order, then the response is 401, and that of no order 404', async () => {
  const { id } = await orders.ordered();
  for (const { status } of await readAll(id, orders.system.as('stranger'))) expect(status).toBe(401);
  for (const { status } of await readAll(id, {})) expect(status).toBe(401);
  for (const { status } of await readAll('none', orders.system.as('buyer'))) expect(status).toBe(404);
});

test('When the session of the buyer ends, then its streams end', async () => {
  const { id, userId } = await orders.ordered();
  const headers = orders.system.as(userId);
  const all = await readAll(id, headers);
  const other = await readAll(id, orders.system.as(userId));
  const { jwt } = JSON.parse(Buffer.from(headers.Cookie.slice('session='.length), 'base64').toString());
  const { sid } = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
  const expiresAt = new Date(orders.system.clock.now().getTime() + 60_000).toISOString();
  await orders.system.publish(sessionEnded, { id: sid, version: 0, userId, expiresAt });
  await eventually(() => {
    for (const { isEnded } of all) expect(isEnded).toBe(true);
  });
  for (const { isEnded } of other) expect(isEnded).toBe(false);
  for (const { status } of await readAll(id, headers)) expect(status).toBe(401);
});
