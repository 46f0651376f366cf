import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const report = (orderId: string, text: unknown = 'No seat 7.', userId = 'buyer') =>
  orders.api.post(`/api/orders/${orderId}/problem`).set(orders.system.as(userId)).send({ text });

const problemOf = async (orderId: string) => {
  const { problem, problemAt, problemSince, version, status } = await orders.stored(orderId);
  return { problem, problemAt, problemSince, version, status };
};

test('When the buyer of a complete order reports a problem, then it is stored, shown, and published without its text', async () => {
  const order = await orders.ordered({ status: 'complete' });
  const response = await report(order.id, '  No seat 7. ');
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    ...order,
    status: 'complete',
    delivery: expect.any(Object),
    version: 3,
    problemAt: expect.any(String),
  });
  expect(await orders.get(order)).toEqual(response.body);
  const { problem, problemAt, problemSince } = await problemOf(order.id);
  expect(problemSince).toEqual(problemAt);
  expect(problem).toEqual({ text: 'No seat 7.', at: problemAt });
  expect(problemAt?.toISOString()).toBe(response.body.problemAt);
  const published = await orders.system.eventually(() => {
    const found = orders.moves(order.id).find(({ version }) => version === 3);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(published).toMatchObject({
    status: 'complete',
    problemAt: response.body.problemAt,
    problemSince: response.body.problemAt,
  });
  expect(JSON.stringify(published)).not.toContain('seat');
  const list = await orders.api.get('/api/orders?sort=newest&limit=1').set(orders.system.as('buyer'));
  expect(list.body[0]).toEqual(response.body);
});

test('When the buyer reports again, then text and time are replaced, and the time grows whatever the clock says', async () => {
  const order = await orders.ordered({ status: 'complete' });
  await report(order.id, 'one');
  const first = await problemOf(order.id);
  orders.system.clock.advance(-60_000);
  const responses = await Promise.all([report(order.id, 'two'), report(order.id, 'two')]);
  orders.system.clock.advance(60_000);
  expect(responses.map(({ status }) => status)).toEqual([201, 201]);
  const last = await problemOf(order.id);
  expect(last).toMatchObject({
    problem: { text: 'two', at: last.problemAt },
    problemSince: first.problemAt,
    version: 5,
  });
  expect(last.problemAt?.getTime()).toBe((first.problemAt?.getTime() ?? 0) + 2);
});

test.each([
  ['no text', null, 'Text must be text'],
  ['a text of spaces', ' \n', 'Text must not be empty'],
  ['a text that nobody can see', '\u200B', 'Text must have a visible character'],
  ['a text of 2,001 characters', 'x'.repeat(2_001), 'Text must have at most 2000 characters'],
])('When a problem has %s, then it is refused', async (_, text, message) => {
  const order = await orders.ordered({ status: 'complete' });
  const response = await report(order.id, text);
  expect([response.status, response.body]).toEqual([400, { errors: [{ message, field: 'text' }] }]);
  expect((await report(order.id, 'x'.repeat(2_000))).status).toBe(201);
});

test.each(['created', 'awaiting:payment', 'cancelled'] as const)(
  'When an order is %s, then no problem can be reported',
  async (status) => {
    const order = await orders.ordered({ status });
    const before = await problemOf(order.id);
    const response = await report(order.id);
    expect([response.status, response.body.errors[0].message]).toEqual([
      400,
      'A problem can be reported only while an order is complete',
    ]);
    expect(await problemOf(order.id)).toEqual(before);
  },
);

test('When somebody else reports a problem, or there is no such order, then they are refused', async () => {
  const order = await orders.ordered({ status: 'complete' });
  expect((await report(order.id, 'Mine', 'other')).status).toBe(401);
  expect((await orders.api.post(`/api/orders/${order.id}/problem`).send({ text: 'x' })).status).toBe(401);
  expect((await report(newId())).status).toBe(404);
});

test('When the proceeds are released, then no problem can be reported any more, and one that is open stays', async () => {
  const order = await orders.ordered({ status: 'complete' });
  await report(order.id);
  const releasedAt = '2030-01-01T10:00:00.000Z';
  await orders.charged(order, 'completed', { releasedAt });
  // An older state of the charge, which arrives late.
  await orders.charged(order, 'completed');
  await orders.handled.charges();
  expect((await orders.stored(order.id)).releasedAt).toEqual(new Date(releasedAt));
  const response = await report(order.id, 'again');
  expect(response.status).toBe(400);
  expect(response.body.errors[0].message).toMatch(/has received the money/);
  expect(await problemOf(order.id)).toMatchObject({ problem: { text: 'No seat 7.' }, version: 3 });
});

test('When an operator settles a problem, then it is over, unless the buyer has reported another since', async () => {
  const order = await orders.ordered({ status: 'complete' });
  const { body: first } = await report(order.id);
  const { body: second } = await report(order.id, 'Still no seat 7.');
  const settle = async (problemSettledAt: string) => {
    await orders.charged(order, 'completed', { problemSettledAt });
    await orders.handled.charges();
  };
  await settle(first.problemAt);
  expect((await orders.get(order)).problemAt).toBe(second.problemAt);
  await settle(second.problemAt);
  expect(await orders.get(order)).toEqual({ ...order, status: 'complete', delivery: expect.any(Object), version: 4 });
  expect(await problemOf(order.id)).toMatchObject({ problem: undefined, problemSince: new Date(first.problemAt) });
  const { body: third } = await report(order.id);
  expect((await problemOf(order.id)).problemSince).toEqual(new Date(third.problemAt));
});

test('When an order with a problem is refunded, then the problem is over and the number of open ones falls', async () => {
  const order = await orders.ordered({ status: 'complete' });
  await report(order.id);
  await orders.charged(order, 'refunded', { completedAt: '2030-01-01T10:00:00.000Z' });
  await orders.until(order, { status: 'cancelled', reason: 'refunded', version: 4 });
  expect((await problemOf(order.id)).problem).toBeUndefined();
  expect((await orders.get(order)).problemAt).toBeUndefined();
  const open = await orders.system.collection('orders').countDocuments({ 'problem.at': { $exists: true } });
  expect(open).toBeGreaterThan(0);
  const { url } = await orders.startReplica();
  await orders.system.eventually(async () => {
    const metrics = await (await fetch(`${url}/metrics`, { headers: { Connection: 'close' } })).text();
    expect(metrics).toMatch(new RegExp(`^open_problems ${open}$`, 'm'));
  });
});
