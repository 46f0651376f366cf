import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated, type OrderState } from '@ticketing/common/events';
import { createJetStreamTransport, type Transport } from '@ticketing/common/messaging';
import { newId } from '@ticketing/common/mongo';
import type { RunningService } from '@ticketing/common/service';
import { testStreamBytes } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { startService, type OrdersOverrides } from '../service.ts';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

// The first replica handles all events. Its requests wait for a minute, so that what ends a wait is not its time.

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness({}, { confirmationMs: 60_000 });
});
afterAll(() => orders.system.close());

/** Sends it now; superagent waits for `then`. */
const send = (
  ticketId: string,
  { key, api = orders.api, userId = 'buyer' }: { key?: string; api?: OrdersHarness['api']; userId?: string } = {},
): Promise<supertest.Response> => {
  const request = api.post('/api/orders').set(orders.system.as(userId));
  return (key === undefined ? request : request.set('Idempotency-Key', key)).send({ ticketId }).then((sent) => sent);
};

/** The order of the ticket, as its event shows it. */
const createdFor = (ticketId: string): Promise<OrderState> =>
  orders.system.eventually(() => {
    const found = orders.system.events(orderCreated).find(({ data }) => data.ticket.id === ticketId);
    if (found === undefined) throw new Error('not published yet');
    return found.data;
  });
const viewOf = ({ id, version, userId, status, expiresAt, price, ticket }: OrderState): OrderView => ({
  id,
  version,
  userId,
  status,
  expiresAt,
  price: price / 100,
  ticket,
});
const watched = <T>(response: Promise<T>) => {
  let over = false;
  return {
    isOver: () => over,
    response: response.finally(() => {
      over = true;
    }),
  };
};
const confirmFor = async (ticketId: string) => orders.confirmed(viewOf(await createdFor(ticketId)));

/** Sends it until `signal` is aborted. */
const sendUntil = (signal: AbortSignal, ticketId: string): Promise<Response> =>
  fetch(new URL('/api/orders', orders.api.get('/').url), {
    method: 'POST',
    headers: { ...orders.system.as('buyer'), 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticketId }),
    signal,
  });

/** A replica that handles no event, so that the first one confirms its orders too. */
const startDeafReplica = (confirmationMs: number): Promise<RunningService> =>
  orders.system.start((overrides) => {
    const deaf: OrdersOverrides['transport'] = (logger): Transport => {
      const transport = overrides.transport?.(logger);
      if (transport === undefined) throw new Error('no transport');
      return new Proxy(transport, {
        get: (target, name): unknown => {
          if (name === 'subscribe')
            return async () => ({ pause: () => undefined, resume: () => undefined, stop: async () => undefined });
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    const config = readConfig({ ...orders.system.env, MAX_LIVE_HOLDS: '1000' });
    return startService(config, { ...overrides, transport: deaf, confirmationMs });
  });

test('When the hold is confirmed while the request waits, then the response shows the order as it is stored', async () => {
  const { id: ticketId } = await orders.listed();
  const response = send(ticketId);
  await confirmFor(ticketId);
  const { status, body } = await response;
  expect([status, body.status, body.version]).toEqual([201, 'awaiting:payment', 1]);
  expect(await orders.get(body)).toEqual(body);
});

test('When a ticket becomes known while a request for it waits, then it is ordered', async () => {
  const ticket = { id: newId(), version: 0, revision: 0, title: 'Final', price: 1999, userId: 'seller' };
  const { isOver, response } = watched(send(ticket.id));
  // Events are handled while it waits.
  await orders.listed();
  expect(isOver()).toBe(false);
  await orders.listed(ticket);
  await confirmFor(ticket.id);
  const { status, body } = await response;
  expect([status, body.ticket.id]).toEqual([201, ticket.id]);
});

test('When no ticket becomes known while a request waits for it, or its id is no id, then the response is 404', async () => {
  const { url } = await startDeafReplica(50);
  expect((await send(newId(), { api: supertest(url) })).status).toBe(404);
  expect((await send('no-id')).status).toBe(404);
});

test('When the hold is refused or cancelled while the request waits, then the response shows the order as created', async () => {
  for (const end of [
    (order: OrderView) => orders.refused(order, 'unavailable'),
    ({ id }: OrderView) => orders.delete(id).expect(204),
  ]) {
    const { id: ticketId } = await orders.listed();
    const response = send(ticketId);
    await end(viewOf(await createdFor(ticketId)));
    const { status, body } = await response;
    expect([status, body.status, body.version]).toEqual([201, 'created', 0]);
  }
});

test('When the hold is not confirmed in time, then the response shows the order as created', async () => {
  const { url } = await startDeafReplica(50);
  const { id: ticketId } = await orders.listed();
  const { status, body } = await send(ticketId, { api: supertest(url) });
  expect([status, body.status, body.version]).toEqual([201, 'created', 0]);
});

test('When NATS is away, then the response shows the order as created once the request has waited, and others order on', async () => {
  const config = readConfig({ ...orders.system.env, MAX_LIVE_HOLDS: '1000' });
  const { now } = orders.system.clock;
  const replica = await startService(config, {
    now,
    transport: (logger) =>
      createJetStreamTransport({ url: 'nats://127.0.0.1:1', clientName: 'away', logger, maxBytes: testStreamBytes }),
    confirmationMs: 50,
  });
  try {
    const headers = { Connection: 'close' };
    await orders.system.eventually(async () =>
      expect((await fetch(`${replica.url}/readyz`, { headers })).status).toBe(200),
    );
    const tickets = await Promise.all(Array.from({ length: 30 }, () => orders.listed()));
    const api = supertest(replica.url);
    const responses = await Promise.all(tickets.map(({ id }) => send(id, { api })));
    for (const { status, body } of responses) expect([status, body.status, body.version]).toEqual([201, 'created', 0]);
  } finally {
    await replica.stop();
  }
}, 30_000);

test('When another replica confirms its orders, then a replica follows that, once it has waited in vain', async () => {
  const { url } = await startDeafReplica(700);
  const api = supertest(url);
  const statuses: string[] = [];
  while (statuses.at(-1) !== 'awaiting:payment' && statuses.length < 20) {
    const { id: ticketId } = await orders.listed();
    const response = send(ticketId, { api });
    await confirmFor(ticketId);
    statuses.push((await response).body.status);
  }
  expect([statuses[0], statuses.at(-1)]).toEqual(['created', 'awaiting:payment']);
}, 30_000);

test('When 24 requests wait, then the next one does not; when their buyers go away, then others can wait again', async () => {
  const gone = new AbortController();
  const tickets = await Promise.all(Array.from({ length: 24 }, () => orders.listed()));
  const waiting = tickets.map(({ id }) => sendUntil(gone.signal, id));
  for (const { id } of tickets) await createdFor(id);
  const { id: without } = await orders.listed();
  expect((await send(without)).body.status).toBe('created');
  gone.abort();
  await Promise.allSettled(waiting);
  await orders.system.eventually(async () => {
    const { id: ticketId } = await orders.listed();
    const response = send(ticketId);
    await confirmFor(ticketId);
    expect((await response).body.status).toBe('awaiting:payment');
  });
}, 30_000);

test('When 24 requests wait for unknown tickets, then the next one does not; others still wait until they are confirmed', async () => {
  const gone = new AbortController();
  const waiting = Array.from({ length: 25 }, () => sendUntil(gone.signal, newId()));
  expect((await Promise.race(waiting)).status).toBe(404);
  const { id: ticketId } = await orders.listed();
  const response = send(ticketId);
  await confirmFor(ticketId);
  expect((await response).body.status).toBe('awaiting:payment');
  gone.abort();
  await Promise.allSettled(waiting);
});

test('When the service stops while a request waits, then the response shows the order as created', async () => {
  const replica = await startDeafReplica(60_000);
  const { id: ticketId } = await orders.listed();
  const response = send(ticketId, { api: supertest(replica.url) });
  await createdFor(ticketId);
  await replica.stop();
  const { status, body } = await response;
  expect([status, body.status]).toEqual([201, 'created']);
}, 15_000);

test('When a request has an Idempotency-Key, then it does not wait, and every response is the same', async () => {
  const { id: ticketId } = await orders.listed();
  const options = { key: 'does-not-wait', userId: 'impatient' };
  const { body } = await send(ticketId, options);
  expect([body.status, body.version]).toEqual(['created', 0]);
  await confirmFor(ticketId);
  await orders.until(body, { status: 'awaiting:payment' });
  expect((await send(ticketId, options)).body).toEqual(body);
});
