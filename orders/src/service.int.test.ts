import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderCreated } from '@ticketing/common/events';
import { notByMajority } from '@ticketing/common/testing';
import type { Document } from 'mongodb';
import supertest from 'supertest';
import { readConfig } from './config.ts';
import type { OrderDocument } from './models/open-models.ts';
import { startService } from './service.ts';
import { openHarness, type OrdersHarness } from './test/harness.ts';

let orders: OrdersHarness;
const commands: Document[] = [];
const onDatabaseCommand = (command: Document) => commands.push(command);
let otherApi: ReturnType<typeof supertest>;

beforeAll(async () => {
  orders = await openHarness();
  const config = readConfig(orders.system.env);
  const other = await orders.system.start((overrides) => startService(config, { ...overrides, onDatabaseCommand }));
  otherApi = supertest(other.url);
});
afterAll(() => orders.system.close());

test('When buyers order the same tickets at two replicas, then each ticket is held once', async () => {
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const ticket = await orders.listed();
      const responses = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? orders.api : otherApi)
            .post('/api/orders')
            .set(orders.system.as(`buyer-${index}`))
            .send({ ticketId: ticket.id }),
        ),
      );
      expect(responses.map(({ status }) => status).toSorted((one, another) => one - another)).toEqual([
        201, 400, 400, 400, 400, 400, 400, 400,
      ]);
      const live = { 'ticket.id': ticket.id, status: { $ne: 'cancelled' } };
      expect(await orders.system.collection('orders').countDocuments(live)).toBe(1);
    }),
  );
});

test('When two replicas share all events, delivered twice and in any order, then every order moves as its events say, once', async () => {
  const all = await Promise.all(Array.from({ length: 24 }, () => orders.ordered()));
  await Promise.all(
    all.flatMap((order, index) => {
      const send = () => (index % 3 === 0 ? orders.confirmed(order) : orders.refused(order, 'unavailable'));
      return [send(), send(), send()];
    }),
  );
  await Promise.all(
    all.map((order, index) =>
      orders.until(
        order,
        index % 3 === 0
          ? { status: 'awaiting:payment', version: 1 }
          : { status: 'cancelled', reason: 'unavailable', version: 1 },
      ),
    ),
  );
  const paid = all.filter((_, index) => index % 3 === 0);
  await Promise.all(paid.flatMap((order) => [1, 2].map(() => orders.charged(order, 'completed'))));
  await Promise.all(paid.map((order) => orders.until(order, { status: 'complete', version: 2 })));
  await orders.system.eventually(() => {
    for (const [index, order] of all.entries()) expect(orders.moves(order.id)).toHaveLength(index % 3 === 0 ? 2 : 1);
  });
});

test('When a timer was lost, then the sweep ends the order half a second after its deadline, counted as a repair', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket });
  const complete = await orders.ordered({ status: 'complete' });
  const sinceDeadline = (ms: number) =>
    orders.system.clock.advance(Date.parse(order.expiresAt) + ms - orders.system.clock.now().getTime());
  sinceDeadline(-60_000);
  const young = await orders.ordered();
  sinceDeadline(501);
  await orders.until(order, { status: 'cancelled', reason: 'expired', version: 1 });
  await orders.system.eventually(() => {
    expect(orders.system.events(orderCancelled).filter(({ data }) => data.id === order.id)).toEqual([
      expect.objectContaining({
        correlationId: `overdue-${order.id}`,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      }),
    ]);
  });
  expect((await orders.stored(complete.id)).status).toBe('complete');
  expect((await orders.stored(young.id)).status).toBe('created');
  expect((await orders.post({ ticketId: ticket.id }, 'next')).status).toBe(201);
  const third = await orders.startReplica();
  const metrics = await (await fetch(`${third.url}/metrics`, { headers: { Connection: 'close' } })).text();
  expect(metrics).toMatch(/^overdue_orders_ended_total \d+$/m);
});

test('When a process died between its write and its publishing, then another publishes the event', async () => {
  const ticket = await orders.listed();
  const order = await orders.ordered({ ticket });
  const { outbox: _, ...stored } = await orders.stored(order.id);
  const id = 'left-behind';
  const entry = {
    id: 'event-left-behind',
    type: orderCreated.type,
    schemaVersion: 1,
    time: orders.system.clock.now(),
    version: 0,
    correlationId: 'left-behind',
    traceId: '0'.repeat(32),
    data: {
      id,
      version: 0,
      userId: 'buyer',
      status: 'created',
      expiresAt: order.expiresAt,
      price: 1999,
      ticket: stored.ticket,
    },
  };
  await orders.system.collection<OrderDocument>('orders').insertOne({
    ...stored,
    slot: 1_000,
    ticket: { ...stored.ticket, id: 'another' },
    _id: id,
    outbox: [entry],
  });
  orders.system.clock.advance(5_000);
  await orders.system.eventually(async () => {
    expect(orders.system.events(orderCreated).filter(({ data }) => data.id === id)).toHaveLength(1);
    expect((await orders.stored(id)).outbox).toEqual([]);
  });
});

test('When the routes and events of this service are used, then it reads and writes by majority only', async () => {
  for (const userId of ['one', 'two', 'three']) {
    const order = (
      await otherApi
        .post('/api/orders')
        .set(orders.system.as(userId))
        .send({ ticketId: (await orders.listed()).id })
    ).body;
    await otherApi.get('/api/orders').set(orders.system.as(userId)).expect(200);
    await otherApi.get(`/api/orders/${order.id}`).set(orders.system.as(userId)).expect(200);
    await otherApi.delete(`/api/orders/${order.id}`).set(orders.system.as(userId)).expect(204);
  }
  for (const name of ['insert', 'update', 'findAndModify', 'find', 'aggregate']) {
    expect([name, commands.some((command) => command[name] === 'orders')]).toEqual([name, true]);
  }
  expect(notByMajority(commands)).toEqual([]);
});
