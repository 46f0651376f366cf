import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import supertest from 'supertest';
import { dueOf, unsoldOf } from '../queries/get-summary.ts';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const get = (seller: string) => tickets.api.get('/api/tickets/summary').set(tickets.system.as(seller));

const nothing = { count: 0, total: 0 };
const none = { currency: 'usd', onSale: nothing, held: nothing, toDeliver: { ...nothing, first: [] } };

/** Tickets of a seller as stored, which no worker looks at. */
const insert = (userId: string, count: number, of: (index: number) => object) =>
  tickets.system.collection<{ _id: string }>('tickets').insertMany(
    Array.from({ length: count }, (_, index) => ({
      _id: newId(),
      version: 0,
      revision: 0,
      title: `Show ${index}`,
      price: 1999,
      userId,
      availability: 'on_sale',
      closedOrders: [],
      createdAt: new Date(),
      outbox: [],
      ...of(index),
    })),
  );

const sold = (dueAt: Date) => ({ availability: 'sold', soldAt: new Date(), dueAt });
const tomorrow = Date.now() + 86_400_000;

test('When a ticket of a seller is listed, held and sold, then the summary counts it once, and nobody else sees it', async () => {
  const seller = newId();
  expect((await get(seller)).body).toEqual(none);
  const ticket = await tickets.list({ price: 19.99 }, seller);
  await tickets.list({ price: 0.51 }, seller);
  expect((await get(seller)).body).toEqual({ ...none, onSale: { count: 2, total: 20.5 } });
  const order = orderFor(ticket, { delivery: { status: 'pending', dueAt: new Date(tomorrow).toISOString() } });
  await tickets.created(order);
  await tickets.untilHeld(order);
  const rest = { ...none, onSale: { count: 1, total: 0.51 } };
  expect((await get(seller)).body).toEqual({ ...rest, held: { count: 1, total: 19.99 } });
  await tickets.complete(order);
  await tickets.system.eventually(async () => {
    const { body, headers } = await get(seller);
    expect(body).toEqual({
      ...rest,
      toDeliver: { count: 1, total: 19.99, first: [{ ...(await tickets.get(ticket.id)) }] },
    });
    expect(body.toDeliver.first[0].dueAt).toEqual(expect.any(String));
    expect(headers['cache-control']).toBe('private, no-store');
  });
  expect((await get(newId())).body).toEqual(none);
});

test('When nobody is signed in, then there is no summary', async () => {
  expect((await tickets.api.get('/api/tickets/summary')).status).toBe(401);
});

test('When a seller has 10,000 listings, then they are counted exactly by indexes, and only the first to deliver are read', async () => {
  const seller = newId();
  const soonest = Array.from({ length: 20 }, (_, index) => `Show ${4_999 - index}`);
  await insert(seller, 5_000, (index) => (index % 10 === 0 ? { availability: 'held' } : {}));
  // The last inserted is due first.
  await insert(seller, 5_000, (index) => sold(new Date(tomorrow - index * 1_000)));
  await insert(newId(), 200, () => sold(new Date(tomorrow)));
  const { body } = await get(seller);
  expect(body).toMatchObject({
    onSale: { count: 4_500, total: 89_955 },
    held: { count: 500, total: 9_995 },
    toDeliver: { count: 5_000, total: 99_950 },
  });
  expect(body.toDeliver.first.map(({ title }: { title: string }) => title)).toEqual(soonest);
  for (const [pipeline, options] of [unsoldOf(seller), dueOf(seller)]) {
    const plan = await tickets.system
      .collection('tickets')
      .aggregate([...pipeline], options)
      .explain('executionStats');
    const { executionStats } = plan['stages']?.[0].$cursor ?? plan;
    expect(executionStats).toMatchObject({ totalDocsExamined: 0 });
    expect(executionStats.totalKeysExamined).toBeLessThan(5_010);
  }
});

test('When a seller reads the summary 121 times in a minute, then the last is refused, and their other reads are not', async () => {
  // Without Redis the process counts alone from the first request on, however slow the machine is.
  const limited = await tickets.startReplica({ RATE_LIMITS: 'on', REDIS_URL: 'redis://127.0.0.1:1' });
  const seller = newId();
  const read = async (path: string) => (await supertest(limited.url).get(path).set(tickets.system.as(seller))).status;
  const statuses = await Promise.all(Array.from({ length: 120 }, () => read('/api/tickets/summary')));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await read('/api/tickets/summary')).toBe(429);
  expect(await read('/api/tickets?mine=true')).toBe(200);
});
