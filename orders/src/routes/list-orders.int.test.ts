import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import type { Response } from 'supertest';
import { openHarness, type OrdersHarness, type OrderView } from '../test/harness.ts';

let orders: OrdersHarness;
const buyers: OrderView[] = [];

beforeAll(async () => {
  orders = await openHarness();
  for (const status of ['cancelled', 'created', 'awaiting:payment', 'complete', 'created'] as const) {
    buyers.push(await orders.ordered({ status }));
    await orders.ordered({ userId: 'another' });
  }
});
afterAll(() => orders.system.close());

const list = (query = '', userId: string | undefined = 'buyer') =>
  orders.api.get(`/api/orders${query}`).set(orders.system.as(userId));
const ids = (body: readonly OrderView[]) => body.map(({ id }) => id);

test('When a buyer lists their orders, then exactly these are shown, oldest first, with their tickets', async () => {
  const response = await list();
  expect(response.status).toBe(200);
  expect(ids(response.body)).toEqual(ids(buyers));
  expect(response.headers['x-total-count']).toBe('5');
  expect(response.body.map(({ status }: OrderView) => status)).toEqual([
    'cancelled',
    'created',
    'awaiting:payment',
    'complete',
    'created',
  ]);
  expect(response.body.at(-1)).toEqual(buyers.at(-1));
});

test('When the list is sorted by newest, then it is reversed', async () => {
  expect(ids((await list('?sort=newest')).body)).toEqual(ids(buyers).toReversed());
  expect(ids((await list('?sort=oldest')).body)).toEqual(ids(buyers));
});

test('When the list is read page by page along its links, then every order appears once', async () => {
  const seen: string[] = [];
  let next: string | undefined = '/api/orders?limit=2';
  let pages = 0;
  while (next !== undefined) {
    const response: Response = await orders.api.get(next).set(orders.system.as('buyer'));
    seen.push(...ids(response.body));
    pages += 1;
    next = /<([^>]+)>; rel="next"/.exec(String(response.headers.link))?.[1];
  }
  expect(seen).toEqual(ids(buyers));
  expect(pages).toBe(3);
  expect((await list('?limit=2&page=9')).body).toEqual([]);
});

test('When a buyer has no order, then the list is empty', async () => {
  const response = await list('', 'nobody-yet');
  expect([response.status, response.body, response.headers['x-total-count']]).toEqual([200, [], '0']);
});

test.each([
  ['page', 'page=0'],
  ['page', 'page=x'],
  ['page', 'page=1&page=2'],
  ['limit', 'limit=1001'],
  ['limit', 'limit=0'],
  ['limit', 'limit='],
  ['sort', 'sort=price'],
  ['sort', 'sort=newest&sort=oldest'],
])('When %s is wrong as in ?%s, then the response is 400 and names it', async (field, query) => {
  const response = await list(`?${query}`);
  expect(response.status).toBe(400);
  expect(response.body.errors).toEqual([{ message: expect.any(String), field }]);
});

test('When nobody is signed in, then the response is 401', async () => {
  const response = await orders.api.get('/api/orders');
  expect(response.status).toBe(401);
  expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
});

test('When there are many orders, then a list reads only its page, by an index', async () => {
  const expiresAt = new Date(0);
  await orders.system.collection<{ _id: string }>('orders').insertMany(
    Array.from({ length: 300 }, (_, index) => ({
      _id: newId(),
      version: 0,
      userId: `buyer-${index % 3}`,
      status: 'cancelled',
      reason: 'by_buyer',
      expiresAt,
      price: 1999,
      ticket: { id: newId(), title: 'Final', price: 1999, version: 0, revision: 0 },
      createdAt: new Date(index),
      outbox: [],
    })),
  );
  const { db } = orders.system.collection('orders');
  for (const sort of ['oldest', 'newest']) {
    await db.command({ profile: 2 });
    await list(`?sort=${sort}&limit=10`, 'buyer-1');
    await db.command({ profile: 0 });
    const [query] = await db
      .collection('system.profile')
      .find({
        ns: `${db.databaseName}.orders`,
        appName: 'orders',
        'command.filter.userId': 'buyer-1',
        'command.sort.createdAt': { $exists: true },
      })
      .toArray();
    expect(query).toMatchObject({ planSummary: expect.stringContaining('IXSCAN'), docsExamined: 10 });
    expect(query?.hasSortStage).toBeUndefined();
    await db.dropCollection('system.profile');
  }
});

test('When a buyer has more orders than are counted, then the headers say so and no page beyond can be reached', async () => {
  const order = await orders.stored((await orders.ordered({ userId: 'regular', status: 'cancelled' })).id);
  const collection = orders.system.collection<{ _id: string }>('orders');
  await collection.insertMany(Array.from({ length: 10_100 }, () => ({ ...order, _id: newId(), outbox: [] })));
  const { db } = collection;
  await db.command({ profile: 2 });
  const last = await list('?limit=1000&page=10', 'regular');
  await db.command({ profile: 0 });
  expect(last.body).toHaveLength(1_000);
  expect(last.headers).toMatchObject({ 'x-total-count': '10000', 'x-total-count-capped': 'true' });
  expect(last.headers['link']).not.toContain('rel="next"');
  const [count] = await db.collection('system.profile').find({ 'command.aggregate': 'orders' }).toArray();
  expect(count?.['keysExamined']).toBeLessThanOrEqual(10_002);
  const beyond = await list('?limit=1000&page=11', 'regular');
  expect([beyond.status, beyond.body]).toEqual([
    400,
    { errors: [{ message: 'Page must begin within the first 10000 entries', field: 'page' }] },
  ]);
});
