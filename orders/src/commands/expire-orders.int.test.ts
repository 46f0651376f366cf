import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled } from '@ticketing/common/events';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

/** Sets the service's clock to `ms` milliseconds after the order's deadline. */
const clockAt = (order: OrderView, ms: number) =>
  orders.system.clock.advance(Date.parse(order.expiresAt) + ms - orders.system.clock.now().getTime());

test.each(['created', 'awaiting:payment'] as const)(
  'When the timer of an order that is %s rings after its deadline, then it is cancelled as expired, once',
  async (status) => {
    const ticket = await orders.listed();
    const order = await orders.ordered({ ticket, status });
    const { version } = await orders.stored(order.id);
    clockAt(order, 0);
    const event = await orders.expired(order);
    await orders.system.send(event.type, event);
    await orders.expired(order);
    await orders.handled.expiries();
    expect(await orders.get(order)).toEqual({ ...order, status: 'cancelled', reason: 'expired', version: version + 1 });
    await orders.system.eventually(() => {
      expect(orders.moves(order.id).filter((state) => state.status === 'cancelled')).toHaveLength(1);
    });
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
  await orders.until(order, { status: 'cancelled', reason: 'expired', version: 2 });
  const cancelled = await orders.system.eventually(() => {
    const found = orders.system.events(orderCancelled).find(({ data }) => data.id === order.id);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(Date.parse(cancelled.time)).toBeGreaterThanOrEqual(Date.parse(order.expiresAt));
});

test('When the timer of an ended order rings late, then nothing changes', async () => {
  const complete = await orders.ordered({ status: 'complete' });
  const cancelled = await orders.ordered({ status: 'cancelled' });
  clockAt(cancelled, 60_000);
  await orders.expired(complete);
  await orders.expired(cancelled);
  await orders.handled.expiries();
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
  await orders.system.send('order.expired', { type: 'order.expired' });
  await orders.handled.expiries();
  const body = '{"type":"order.expired"}';
  expect(await orders.system.collection('dead-letters').find().toArray()).toContainEqual(
    expect.objectContaining({ durable: 'orders_order-expired', body, failures: 1 }),
  );
});
