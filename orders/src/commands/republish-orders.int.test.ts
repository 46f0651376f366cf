import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { buildApp } from '@ticketing/common/http';
import { httpKit, openService } from '@ticketing/common/service';
import { readConfig } from '../config.ts';
import { openMetrics } from '../metrics.ts';
import { openModels } from '../models/open-models.ts';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';
import type { Deps } from '../deps.ts';
import { heldTickets } from '../models/ticket-copy.ts';
import { closeOverdueOrders, repeatClosingQuestions } from './close-overdue-orders.ts';
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
      currency: config.CURRENCY,
      deliveryMs: { max: 172_800_000, min: 900_000 },
      windowSeconds: 900,
      maxLiveHolds: 6,
      metrics: openMetrics(service.metrics),
      copyDelayMs: 0,
      copied: () => undefined,
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

interface ProfiledQuery {
  readonly ns: string;
  readonly planSummary: string;
  readonly keysExamined: number;
  readonly docsExamined: number;
}

test('When hundreds of orders have ended and their tickets are sold, then no repair reads them', async () => {
  const { system } = orders;
  const open = await orders.ordered({ status: 'awaiting:payment' });
  const [order, ticket] = [await orders.stored(open.id), await orders.copy(open.ticket.id)];
  const ended = Array.from({ length: 600 }, (_, index) => {
    const [orderId, ticketId] = [deps.newId(), deps.newId()];
    const status = index % 2 === 0 ? 'complete' : 'cancelled';
    return { ...order, _id: orderId, status, outbox: [], ticket: { ...order.ticket, id: ticketId } };
  });
  const soldAt = new Date().toISOString();
  await system.collection<{ _id: string }>('orders').insertMany(ended);
  await system
    .collection<{ _id: string }>('tickets')
    .insertMany(
      ended.map(({ _id: orderId, ticket: { id } }) => ({ _id: id, ticket: { ...ticket, id, orderId, soldAt } })),
    );
  const { db } = system.collection('orders');
  await db.command({ profile: 2 });
  try {
    await closeOverdueOrders(deps);
    await repeatClosingQuestions(deps);
    await republishUnconfirmedOrders(deps);
    await createStuckTicketsRepair(deps)();
  } finally {
    await db.command({ profile: 0 });
  }
  const queries = await db
    .collection<ProfiledQuery>('system.profile')
    .find({ appName: 'orders-by-hand', op: 'query' })
    .toArray();
  expect(queries.length).toBeGreaterThanOrEqual(5);
  const held = await db.collection('tickets').countDocuments(heldTickets);
  for (const { ns, planSummary, keysExamined, docsExamined } of queries) {
    expect([ns, planSummary, keysExamined <= held + 10, docsExamined <= held + 10]).toEqual([
      ns,
      expect.stringContaining('IXSCAN'),
      true,
      true,
    ]);
  }
});
