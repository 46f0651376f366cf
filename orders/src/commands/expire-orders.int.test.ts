import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderUpdated } from '@ticketing/common/events';
import type { OrderDocument } from '../models/open-models.ts';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

/** Sets the service's clock to `ms` milliseconds after the order's deadline. */
const clockAt = (order: OrderView, ms: number) =>
  orders.system.clock.advance(Date.parse(order.expiresAt) + ms - orders.system.clock.now().getTime());

const untilClosing = (order: OrderView) =>
  orders.system.eventually(async () => {
    expect(await orders.stored(order.id)).toMatchObject({ status: 'awaiting:payment', closing: 'expired' });
  });

/** An order that awaits payment and whose deadline is over. */
const closing = async (): Promise<OrderView> => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  clockAt(order, 0);
  await end(order);
  return order;
};
const end = async (order: OrderView): Promise<void> => {
  await orders.expired(order);
  await untilClosing(order);
};

/** The order.updated events with which payments was asked. */
const questions = (order: OrderView) =>
  orders.system
    .events(orderUpdated)
    .filter(({ data }) => data.id === order.id && data.closing !== undefined)
    .map(({ id, data }) => ({ id, version: data.version, closing: data.closing }));

test('When the timer of an order that was never payable rings after its deadline, then it is cancelled, once', async () => {
  const order = await orders.ordered();
  clockAt(order, 0);
  const event = await orders.expired(order);
  await orders.system.send(event.type, event);
  await orders.expired(order);
  await orders.handled.expiries();
  expect(await orders.get(order)).toEqual({ ...order, status: 'cancelled', reason: 'expired', version: 1 });
  await orders.system.eventually(() => {
    expect(orders.moves(order.id).filter(({ version }) => version === 1)).not.toHaveLength(0);
  });
});

test('When the timer of an order that awaits payment rings after its deadline, then payments is asked and nothing is cancelled', async () => {
  const order = await closing();
  await orders.expired(order);
  await orders.handled.expiries();
  expect(await orders.get(order)).toEqual({ ...order, status: 'awaiting:payment', version: 2 });
  await orders.system.eventually(() => {
    expect(questions(order)).toEqual([expect.objectContaining({ version: 2, closing: 'expired' })]);
  });
});

test('When payments answers that no money can come any more, then the order is cancelled as expired, once', async () => {
  const order = await closing();
  const answer = await orders.closed(order);
  await orders.closed(order);
  await orders.system.send(answer.type, answer);
  await orders.until(order, { status: 'cancelled', reason: 'expired', version: 3 });
  const later = await closing();
  await orders.closed(later);
  await orders.until(later, { status: 'cancelled' });
  const stored = await orders.stored(order.id);
  expect(stored).toMatchObject({ status: 'cancelled', reason: 'expired', version: 3 });
  expect(stored.closingQuestion).toBeUndefined();
});

test('When payments answers that the order was paid, then it is complete, however late the answer is', async () => {
  const order = await closing();
  clockAt(order, 3_600_000);
  await orders.charged(order, 'completed');
  await orders.until(order, { status: 'complete', version: 3 });
  await orders.closed(order);
  await orders.charged(order, 'failed');
  await orders.handled.charges();
  const stored = await orders.stored(order.id);
  expect(stored.status).toBe('complete');
  expect(stored.closingQuestion).toBeUndefined();
});

test('When payments answers that payment has failed, then the order is cancelled for that reason', async () => {
  const order = await closing();
  await orders.charged(order, 'failed');
  await orders.until(order, { status: 'cancelled', reason: 'payment_failed' });
});

test('When the buyer cancels a closing order, then it is cancelled by the buyer, and the answer changes nothing', async () => {
  const order = await closing();
  await orders.delete(order.id).expect(204);
  await orders.closed(order);
  await orders.handled.charges();
  expect(await orders.stored(order.id)).toMatchObject({ status: 'cancelled', reason: 'by_buyer', version: 3 });
});

test('When payments does not answer, then it is asked again after 5 s and 10 s, and no more once it has answered', async () => {
  const order = await closing();
  const asked = (count: number) => orders.system.eventually(() => expect(questions(order)).toHaveLength(count));
  await asked(1);
  orders.system.clock.advance(5_000);
  await asked(2);
  orders.system.clock.advance(5_000);
  expect((await orders.stored(order.id)).closingQuestion?.count).toBe(2);
  orders.system.clock.advance(5_000);
  await asked(3);
  expect(new Set(questions(order).map(({ version }) => version))).toEqual(new Set([2]));
  await orders.closed(order);
  await orders.until(order, { status: 'cancelled' });
  orders.system.clock.advance(60_000);
  const other = await closing();
  orders.system.clock.advance(60_000);
  await orders.system.eventually(() => expect(questions(other)).toHaveLength(2));
  expect(questions(order)).toHaveLength(3);
});

test('When the question to payments still waits to be published, then it is not repeated', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  const other = await orders.ordered({ status: 'awaiting:payment' });
  // Of both at the same time: had the clock advanced in between, the first question would be due again.
  clockAt(other, 0);
  await Promise.all([end(order), end(other)]);
  const stored = orders.system.collection<OrderDocument>('orders');
  await orders.system.eventually(async () => expect((await orders.stored(order.id)).outbox).toEqual([]));
  const time = new Date(orders.system.clock.now().getTime() + 3_600_000);
  const waiting = { id: 'a-question', type: 'order.updated', schemaVersion: 1, version: 2, correlationId: 'test' };
  const data = orders.moves(order.id).at(-1) ?? {};
  await stored.updateOne({ _id: order.id }, { $push: { outbox: { ...waiting, time, traceId: '0'.repeat(32), data } } });
  try {
    orders.system.clock.advance(5_000);
    await orders.system.eventually(() => expect(questions(other)).toHaveLength(2));
    expect(questions(order)).toHaveLength(1);
  } finally {
    // Later tests advance the clock to its time.
    await stored.updateOne({ _id: order.id }, { $set: { outbox: [] } });
  }
  await orders.system.eventually(() => expect(questions(order)).toHaveLength(2));
});

test.each(['complete', 'cancelled'] as const)(
  'When an earlier release makes a closing order %s, then nothing is asked about it any more',
  async (status) => {
    const [order, other] = [await closing(), await closing()];
    await orders.system.eventually(async () => expect((await orders.stored(order.id)).outbox).toEqual([]));
    await orders.system.collection<OrderDocument>('orders').updateOne({ _id: order.id }, { $set: { status } });
    // On a slow machine it may have been asked again before.
    const at = orders.system.clock.now();
    orders.system.clock.advance(5_000);
    await orders.system.eventually(() => expect(questions(other).length).toBeGreaterThan(1));
    const later = orders.system
      .events(orderUpdated)
      .filter(({ data, time }) => data.id === order.id && Date.parse(time) > at.getTime());
    expect(later).toEqual([]);
  },
);

test('When the timer rings too early, then the order keeps its ticket until the deadline by this clock', async () => {
  const order = await orders.ordered({ status: 'awaiting:payment' });
  clockAt(order, -1_500);
  await orders.expired(order);
  await orders.system.send('order.expired', 'malformed');
  // Once this dead letter is stored, the event sent before it has been handled too.
  await orders.system.eventually(async () => {
    expect(await orders.system.collection('dead-letters').countDocuments({ body: 'malformed' })).toBe(1);
  });
  // The sweep finds it.
  await untilClosing(order);
  const asked = await orders.system.eventually(() => {
    const found = orders.system.events(orderUpdated).filter(({ data }) => data.closing && data.id === order.id);
    expect(found).toHaveLength(1);
    return found.map(({ time }) => Date.parse(time));
  });
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(Date.parse(order.expiresAt));
});

test('When the timer of an ended order rings, then the order stays and its end is published again', async () => {
  const complete = await orders.ordered({ status: 'complete' });
  const cancelled = await orders.ordered({ status: 'cancelled' });
  // Its last event is not published again while it still waits to be published.
  await orders.system.eventually(async () => {
    for (const { id } of [complete, cancelled]) expect((await orders.stored(id)).outbox).toEqual([]);
  });
  clockAt(cancelled, 60_000);
  await orders.expired(complete);
  await orders.expired(cancelled);
  await orders.system.eventually(() => {
    expect(orders.system.events(orderCancelled).filter(({ data }) => data.id === cancelled.id)).toHaveLength(2);
    expect(
      orders.system.events(orderUpdated).filter(({ data }) => data.id === complete.id && data.status === 'complete'),
    ).toHaveLength(2);
  });
  expect(await orders.stored(complete.id)).toMatchObject({ status: 'complete', version: 2 });
  expect(await orders.stored(cancelled.id)).toMatchObject({ status: 'cancelled', reason: 'by_buyer', version: 1 });
});

test('When an old order’s timer rings, then the next buyer of the ticket keeps it', async () => {
  const ticket = await orders.listed();
  const old = await orders.ordered({ ticket, status: 'cancelled' });
  clockAt(old, 1);
  const next = await orders.ordered({ ticket, userId: 'next' });
  await orders.expired(old);
  await orders.handled.expiries();
  expect(await orders.stored(next.id)).toMatchObject({ status: 'created', version: 0 });
});

test('When the order is unknown or the event malformed, then the next event is still handled', async () => {
  const order = await orders.ordered();
  await orders.expired({ ...order, id: 'unknown' });
  await orders.closed({ ...order, id: 'unknown' });
  await orders.system.send('order.expired', { type: 'order.expired' });
  await orders.handled.expiries();
  const body = '{"type":"order.expired"}';
  expect(await orders.system.collection('dead-letters').find().toArray()).toContainEqual(
    expect.objectContaining({ durable: 'orders_order-expired', body, failures: 1 }),
  );
});
