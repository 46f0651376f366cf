import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketUpdated, type ChargeState } from '@ticketing/common/events';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const releasingAt = '2030-01-01T10:00:00.000Z';

const sold = () => orders.ordered({ status: 'complete' });
const deliver = async (order: OrderView) => {
  const at = orders.system.clock.now().toISOString();
  await orders.system.publish(ticketUpdated, {
    id: order.ticket.id,
    version: 3,
    revision: 0,
    title: order.ticket.title,
    price: 1999,
    userId: 'seller',
    orderId: order.id,
    soldAt: at,
    deliveredAt: at,
  });
  await orders.system.eventually(async () =>
    expect((await orders.stored(order.id)).delivery).toMatchObject({ status: 'delivered' }),
  );
};
const delivered = async () => {
  const order = await sold();
  await deliver(order);
  return order;
};
const report = (order: OrderView) =>
  orders.api.post(`/api/orders/${order.id}/problem`).set(orders.system.as('buyer')).send({ text: 'No seat 7.' });
/** Payments asks; resolves once the question was handled. */
const ask = async (order: OrderView, state: Partial<ChargeState> = {}) => {
  await orders.charged(order, 'completed', { releasingAt, ...state });
  await orders.handled.charges();
};
/** The events of the order, once there are so many and none is waiting. */
const published = (order: OrderView, count: number) =>
  orders.system.eventually(async () => {
    const moves = orders.moves(order.id);
    const { outbox } = await orders.stored(order.id);
    if (moves.length < count || outbox.length > 0) throw new Error(`${moves.length} events`);
    return moves;
  });

test('When payments asks before a release, then a delivered order agrees once, and accepts no report any more', async () => {
  const order = await delivered();
  await Promise.all([ask(order), ask(order)]);
  const { releasedAt, version } = await orders.stored(order.id);
  expect(version).toBe(4);
  expect((await published(order, 4)).at(-1)).toMatchObject({ version: 4, releaseAgreedAt: releasedAt?.toISOString() });
  const { status, body } = await report(order);
  expect([status, body.errors[0].message]).toEqual([400, expect.stringMatching(/has received the money/)]);
});

test('When the answer was lost and payments asks again, then the state is republished, in its version', async () => {
  const order = await delivered();
  await ask(order);
  await published(order, 4);
  await ask(order);
  const [agreed, again] = (await published(order, 5)).slice(3);
  expect(again).toEqual(agreed);
  expect(again?.releaseAgreedAt).toBeDefined();
});

test('When a problem was reported before payments asks, then the order does not agree, and answers with the problem', async () => {
  const order = await delivered();
  const { problemAt } = (await report(order)).body;
  await published(order, 4);
  await ask(order);
  expect((await published(order, 5)).at(-1)).toMatchObject({ problemAt, version: 4 });
  expect((await orders.stored(order.id)).releasedAt).toBeUndefined();
  expect((await report(order)).status).toBe(201);
});

test('When a report and the question come at once, then one of them counts', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = await delivered();
    const [{ status }] = await Promise.all([report(order), ask(order)]);
    const { problem, releasedAt } = await orders.stored(order.id);
    expect([status, problem !== undefined, releasedAt !== undefined]).toEqual(
      status === 201 ? [201, true, false] : [400, false, true],
    );
  }
});

test('When an operator settles the problem after the time of release, then the same write agrees, and the buyer cannot report again', async () => {
  const order = await delivered();
  const { problemAt } = (await report(order)).body;
  await ask(order, { problemSettledAt: problemAt });
  const { problem, releasedAt } = await orders.stored(order.id);
  expect([problem, releasedAt]).toEqual([undefined, expect.any(Date)]);
  expect((await published(order, 5)).at(-1)).toMatchObject({ version: 5, releaseAgreedAt: releasedAt?.toISOString() });
  expect((await report(order)).status).toBe(400);
});

test('When the buyer has reported again since, then the settled problem does not release the proceeds', async () => {
  const order = await delivered();
  const { problemAt } = (await report(order)).body;
  await report(order);
  await ask(order, { problemSettledAt: problemAt });
  expect((await orders.stored(order.id)).releasedAt).toBeUndefined();
});

test('When the delivery is pending, then the order does not agree until the ticket is delivered', async () => {
  const order = await sold();
  await ask(order);
  expect((await orders.stored(order.id)).releasedAt).toBeUndefined();
  expect(await published(order, 2)).toHaveLength(2);
  await deliver(order);
  await ask(order);
  expect((await orders.stored(order.id)).releasedAt).toBeInstanceOf(Date);
});

test.each([
  ['a dispute', { dispute: { status: 'needs_response', reason: 'fraudulent' } }],
  ['an inquiry', { dispute: { status: 'warning_needs_response', reason: 'fraudulent' } }],
  ['a pending refund', { refundStatus: 'pending', amountRefunded: 100 }],
] as const)(
  'When %s stops the release, then the order agrees only to a question that comes after its end, and the buyer can report',
  async (_, state) => {
    const order = await delivered();
    await ask(order, { version: 5, ...state });
    // The question from before, late, and once more.
    await ask(order, { version: 4 });
    await ask(order, { version: 5, ...state });
    expect((await orders.stored(order.id)).releasedAt).toBeUndefined();
    const { status, body } = await report(order);
    expect(status).toBe(201);
    await ask(order, { version: 6, problemSettledAt: body.problemAt });
    expect((await orders.stored(order.id)).releasedAt).toBeInstanceOf(Date);
  },
);

test('When a release without deliveries has completed the order, then it agrees', async () => {
  const order = await sold();
  await orders.system
    .collection<{ _id: string }>('orders')
    .updateOne({ _id: order.id }, { $unset: { delivery: true } });
  await ask(order);
  expect((await orders.stored(order.id)).releasedAt).toBeInstanceOf(Date);
});

test('When the order was cancelled meanwhile, then payments hears it again', async () => {
  const order = await delivered();
  await orders.charged(order, 'refunded', { completedAt: releasingAt });
  await orders.until(order, { status: 'cancelled' });
  await published(order, 4);
  await ask(order);
  expect((await published(order, 5)).at(-1)).toMatchObject({ status: 'cancelled', version: 4 });
});
