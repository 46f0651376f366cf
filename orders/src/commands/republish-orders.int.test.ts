import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { buildApp } from '@ticketing/common/http';
import { httpKit, openService } from '@ticketing/common/service';
import { readConfig } from '../config.ts';
import { openMetrics } from '../metrics.ts';
import { openModels } from '../models/open-models.ts';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';
import type { Deps } from '../deps.ts';
import { createStuckTicketsRepair } from './republish-orders-of-stuck-tickets.ts';
import { republishUnconfirmedOrders } from './republish-unconfirmed-orders.ts';

let orders: OrdersHarness;
let deps: Deps;

beforeAll(async () => {
  orders = await openHarness();
  // Another replica, whose workers the test calls.
  await orders.system.start((overrides) => {
    const config = readConfig(orders.system.env);
    const service = openService('orders-by-hand', config, overrides);
    const { now, newId } = service;
    deps = {
      ...openModels(service),
      now,
      newId,
      windowSeconds: 900,
      maxLiveHolds: 6,
      metrics: openMetrics(service.metrics),
    };
    return service.run({ collections: [], app: buildApp(httpKit(service), () => undefined), listeners: [] });
  });
});
afterAll(() => orders.system.close());

/** The events published about an order: ids, types and versions. */
const published = (order: Pick<OrderView, 'id'>) =>
  [orderCreated, orderUpdated, orderCancelled]
    .flatMap((definition) => orders.system.events(definition))
    .filter(({ data }) => data.id === order.id)
    .map(({ id, type, data }) => ({ id, type, status: data.status, version: data.version }));

const untilSaid = (order: Pick<OrderView, 'id'>, types: readonly string[]) =>
  orders.system.eventually(() => {
    expect(published(order).map(({ type }) => type)).toEqual(types);
  });

const untilOutboxesAreEmpty = () =>
  orders.system.eventually(async () => {
    expect(await orders.system.collection('orders').countDocuments({ 'outbox.0': { $exists: true } })).toBe(0);
  });

test('When nothing was lost, then nothing is ever republished', async () => {
  const republishStuck = createStuckTicketsRepair(deps);
  const [awaiting, complete] = [
    await orders.ordered({ status: 'awaiting:payment' }),
    await orders.ordered({ status: 'complete' }),
  ];
  const sold = { ...(await orders.copy(complete.ticket.id)), soldAt: new Date().toISOString() };
  await orders.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: complete.ticket.id }, { $set: { ticket: sold } });
  await untilOutboxesAreEmpty();
  expect(await republishStuck()).toBe(0);
  orders.system.clock.advance(60_000);
  expect(await republishStuck()).toBe(0);
  expect(await republishUnconfirmedOrders(deps)).toBe(0);
  expect((await orders.stored(awaiting.id)).republishedAt).toBeUndefined();
});

test('When an order has waited for its confirmation for half a minute, then it is republished, by one of two replicas', async () => {
  const order = await orders.ordered();
  await untilSaid(order, ['order.created']);
  await untilOutboxesAreEmpty();
  expect(await republishUnconfirmedOrders(deps)).toBe(0);
  orders.system.clock.advance(31_000);
  const counts = await Promise.all([republishUnconfirmedOrders(deps), republishUnconfirmedOrders(deps)]);
  expect(counts).toContain(0);
  // Its service's own worker may have been the one.
  await untilSaid(order, ['order.created', 'order.created']);
  const [first, second] = published(order);
  expect(second).toEqual({ ...first, id: expect.not.stringMatching(`^${first?.id ?? ''}$`) });
  expect(await orders.stored(order.id)).toMatchObject({ status: 'created', version: 0 });
  await orders.confirmed(order);
  await orders.until(order, { status: 'awaiting:payment', version: 1 });
});

test.each([
  ['cancelled', 'order.cancelled'],
  ['complete', 'order.updated'],
] as const)(
  'When a ticket is still held for an order that is %s, then the order is republished',
  async (status, type) => {
    const republishStuck = createStuckTicketsRepair(deps);
    const order = await orders.ordered({ status: 'awaiting:payment' });
    if (status === 'complete') await orders.charged(order, 'completed');
    else await orders.delete(order.id).expect(204);
    await orders.until(order, { status });
    await untilOutboxesAreEmpty();
    const before = published(order).length;
    expect(await republishStuck()).toBe(0);
    orders.system.clock.advance(31_000);
    await republishStuck();
    await orders.system.eventually(() => {
      expect(published(order)).toHaveLength(before + 1);
    });
    expect(published(order).at(-1)).toMatchObject({ type, status, version: 2 });
    expect(await orders.stored(order.id)).toMatchObject({ status, version: 2 });
  },
);

const planOf = async (collection: string, filter: object, sort: Record<string, 1 | -1>): Promise<string> =>
  JSON.stringify(await orders.system.collection(collection).find(filter).sort(sort).explain('queryPlanner'));

test('When stuck orders are searched, then the queries use indexes with few other documents', async () => {
  expect(await planOf('orders', { status: 'created', createdAt: { $lt: new Date() } }, { createdAt: 1 })).toContain(
    '"indexName":"unconfirmed_by_age"',
  );
  expect(await planOf('tickets', { 'ticket.orderId': { $exists: true } }, { 'ticket.orderId': -1 })).toContain(
    '"indexName":"tickets_with_an_order"',
  );
});
