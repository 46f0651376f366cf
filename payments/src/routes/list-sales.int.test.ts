import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrder } from '@ticketing/common/events/testing';
import { newId } from '@ticketing/common/mongo';
import { balanceOf } from '../queries/get-balance.ts';
import { salesByPeriod } from '../queries/get-sales-summary.ts';
import { soldBy } from '../queries/list-sales.ts';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';
import { createSellers } from '../test/sellers.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ env: { PAYOUT_DELAY_HOURS: '1' } });
});
afterAll(() => payments.close());

const get = (userId: string, path: string) => payments.call(userId, 'GET', `/api/payments/${path}`);
const titles = (body: unknown): unknown[] => (Array.isArray(body) ? body.map(({ title }) => title) : []);

/** Sales of a seller, oldest first, which no worker looks at. */
const insertSales = async (sellerId: string, count: number, fields: object = {}): Promise<void> => {
  const at = Date.now() - count * 1_000;
  await payments.system.collection<{ _id: string }>('payments').insertMany(
    Array.from({ length: count }, (_, index) => {
      const ticket = { id: newId(), title: `Final ${index + 1}`, price: 1999, version: 0, revision: 0 };
      return {
        _id: newId(),
        version: 2,
        status: 'completed',
        order: newOrder({ status: 'awaiting:payment', sellerId, ticket }),
        outbox: [],
        amount: 1999,
        left: 1999,
        fee: 200,
        createdAt: new Date(at),
        completedAt: new Date(at + index * 1_000),
        ...fields,
      };
    }),
  );
};

test('When a ticket is sold, then its seller sees the sale and the balance, and nobody else does', async () => {
  const seller = newId();
  const order = await createSellers(payments).sale(seller, 60_000);
  const { body, status } = await get(seller, 'sales');
  expect(status).toBe(200);
  const sale = {
    orderId: order,
    ticketId: expect.any(String),
    title: 'Final',
    price: 19.99,
    fee: 2,
    proceeds: 17.99,
    currency: 'usd',
    state: 'held',
    availableAt: expect.any(String),
  };
  expect(body).toEqual([sale]);
  const at = Array.isArray(body) ? body[0].availableAt : '';
  expect((await get(seller, 'balance')).body).toEqual({
    currency: 'usd',
    held: 17.99,
    available: 0,
    paidOut: 0,
    nextRelease: { at, amount: 17.99 },
  });
  expect((await get('buyer', 'sales')).body).toEqual([]);
  expect((await get('buyer', 'balance')).body).toEqual({ currency: 'usd', held: 0, available: 0, paidOut: 0 });
});

test('When the time has come, then the sale is available, and the balance too', async () => {
  const seller = newId();
  await createSellers(payments).sale(seller, -3_600_001);
  await payments.system.eventually(async () => {
    expect((await get(seller, 'balance')).body).toMatchObject({ held: 0, available: 17.99 });
  });
  expect((await get(seller, 'sales')).body).toMatchObject([{ state: 'available' }]);
});

const now = new Date();
const before = new Date(now.getTime() - 1_000);
const dispute = { reason: 'fraudulent', status: 'needs_response' };
const disputed = { dispute, disputes: [{ ...dispute, id: 'dp', amount: 1999 }] };
const released = { availableAt: before, releasedAt: now };
const soon = new Date(now.getTime() + 3_600_000);
const next = { nextRelease: { at: soon.toISOString(), amount: 17.99 } };

const balances: readonly (readonly [string, object, object])[] = [
  ['before its time', { availableAt: soon }, { held: 17.99, ...next }],
  ['whose time has come, but not its release', { availableAt: before }, { held: 17.99 }],
  ['that is released', released, { available: 17.99 }],
  ['that was sent', { ...released, sent: 1799 }, { paidOut: 17.99 }],
  ['that was sent by hand before its time', { availableAt: soon, sent: 1799 }, { paidOut: 17.99 }],
  ['that is disputed', { ...disputed, availableAt: soon }, { held: 17.99 }],
  ['that is disputed and released', { ...disputed, ...released }, { held: 17.99 }],
  ['whose dispute is over', { availableAt: soon, dispute: { ...dispute, status: 'won' } }, { held: 17.99, ...next }],
  ['that was sent and is disputed', { ...disputed, ...released, sent: 1799 }, { paidOut: 17.99 }],
  ['that was refunded', { availableAt: soon, left: 0, fee: 0 }, {}],
  ['that was refunded in part', { ...released, left: 1000, fee: 100 }, { available: 9 }],
  [
    'that was refunded after it was sent',
    { ...released, left: 0, fee: 0, sent: 1799 },
    { available: -17.99, paidOut: 17.99 },
  ],
  ['that was taken back', { ...released, left: 0, fee: 0, sent: 0 }, {}],
  ['with a problem', { ...released, 'order.problemAt': now.toISOString() }, { held: 17.99 }],
  [
    'whose problem is settled',
    { ...released, 'order.problemAt': now.toISOString(), problemSettledAt: now },
    { available: 17.99 },
  ],
  [
    'with another problem',
    { ...released, 'order.problemAt': now.toISOString(), problemSettledAt: before },
    { held: 17.99 },
  ],
];

test.each(balances)('When a seller has a sale %s, then the balance has it once', async (_what, fields, expected) => {
  const seller = newId();
  await insertSales(seller, 1);
  await payments.system.collection('payments').updateOne({ 'order.sellerId': seller }, { $set: fields });
  const empty = { currency: 'usd', held: 0, available: 0, paidOut: 0 };
  expect((await get(seller, 'balance')).body).toEqual({ ...empty, ...expected });
});

test('When several sales are released at one time, then the next release is all of them', async () => {
  const seller = newId();
  await insertSales(seller, 2, { availableAt: soon });
  await insertSales(seller, 1, { availableAt: new Date(soon.getTime() + 1) });
  await insertSales(seller, 1, { availableAt: before });
  const sooner = new Date(soon.getTime() - 1);
  await insertSales(seller, 1, { ...disputed, availableAt: sooner });
  await insertSales(seller, 1, { availableAt: sooner, left: 0, fee: 0 });
  expect((await get(seller, 'balance')).body).toMatchObject({
    held: 89.95,
    nextRelease: { at: soon.toISOString(), amount: 35.98 },
  });
});

test('When there are many sales, then they are paged, newest first', async () => {
  const seller = newId();
  await insertSales(seller, 23);
  const response = await fetch(`${payments.url}/api/payments/sales?limit=10&page=2`, {
    headers: { ...payments.system.as(seller), Connection: 'close' },
  });
  expect(response.headers.get('x-total-count')).toBe('23');
  expect(response.headers.get('link')).toContain('</api/payments/sales?limit=10&page=3>; rel="next"');
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  expect(titles(await response.json())).toEqual(Array.from({ length: 10 }, (_, index) => `Final ${13 - index}`));
  expect(titles((await get(seller, 'sales')).body)).toHaveLength(20);
});

test('When one order is asked for, then only its sale is listed, and only to its seller', async () => {
  const seller = newId();
  await insertSales(seller, 3);
  const { body } = await get(seller, 'sales?limit=1');
  const [{ orderId }] = Array.isArray(body) ? body : [];
  expect((await get(seller, `sales?orderId=${orderId}`)).body).toEqual(body);
  expect((await get(newId(), `sales?orderId=${orderId}`)).body).toEqual([]);
  expect((await get(seller, 'sales?orderId=unknown')).body).toEqual([]);
});

test.each(['page=0', 'page=x', 'limit=101', 'page=501', 'limit=100&page=101', 'orderId=a&orderId=b'])(
  'When the query is ?%s, then the response is 400',
  async (query) => {
    expect((await get(newId(), `sales?${query}`)).status).toBe(400);
  },
);

test('When a sale was refunded in part, in full, disputed or sent, then its state, fee and proceeds say so', async () => {
  const seller = newId();
  await insertSales(seller, 1, { left: 1000, fee: 100 });
  await insertSales(seller, 1, { status: 'refunded', left: 0, fee: 0 });
  await insertSales(seller, 1, disputed);
  await insertSales(seller, 1, { releasedAt: new Date(), sent: 1799, paidOutAt: new Date() });
  const { body } = await get(seller, 'sales');
  const byState = new Map(Array.isArray(body) ? body.map((sale) => [sale.state, sale]) : []);
  expect(byState.get('held')).toMatchObject({ fee: 1, proceeds: 9, refunded: 9.99 });
  expect(byState.get('refunded')).toMatchObject({ fee: 0, proceeds: 0, refunded: 19.99 });
  expect(byState.get('disputed')).toMatchObject({ fee: 2, proceeds: 17.99 });
  expect(byState.get('paid_out')).toMatchObject({ paidOutAt: expect.any(String) });
  expect((await get(seller, 'balance')).body).toEqual({ currency: 'usd', held: 26.99, available: 0, paidOut: 17.99 });
});

test('When CSV is accepted, then the page is a file with the same sales, and formulas in it are text', async () => {
  const seller = newId();
  await insertSales(seller, 1, {});
  const response = await fetch(`${payments.url}/api/payments/sales`, {
    headers: { ...payments.system.as(seller), Accept: 'text/csv', Connection: 'close' },
  });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=sales.csv');
  expect(response.headers.get('vary')).toContain('Accept');
  expect(response.headers.get('x-total-count')).toBe('1');
  const [header, row, end] = (await response.text()).split('\r\n');
  expect(header).toBe('order_id,ticket_id,title,price,fee,proceeds,currency,state,available_at,paid_out_at,refunded');
  expect(row).toMatch(/^[0-9a-f]{24},[0-9a-f]{24},Final 1,19\.99,2,17\.99,usd,held,,,$/);
  expect(end).toBe('');
});

const soldOn = (day: string, time = '12:00:00.000'): object => ({ completedAt: new Date(`${day}T${time}Z`) });
const dayMs = 86_400_000;
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

test('When a seller has sold nothing, then the summary of the sales is empty', async () => {
  expect((await get(newId(), 'sales/summary')).body).toEqual({
    currency: 'usd',
    sales: 0,
    proceeds: 0,
    states: [],
    unit: 'day',
    periods: [],
  });
});

test('When a seller has sales, then the summary counts each by its state as the list does, and by its day in UTC', async () => {
  const seller = newId();
  const yesterday = new Date(now.getTime() - dayMs);
  const fields = [...balances.map(([, each]) => each), { status: 'refunded', left: 0, fee: 0 }];
  for (const each of fields) await insertSales(seller, 1, { ...each, ...soldOn(dayOf(yesterday), '23:59:59.999') });
  await insertSales(seller, 1, soldOn(dayOf(now), '00:00:00.000'));
  const summary = (await get(seller, 'sales/summary')).body;
  const { body: list } = await get(seller, 'sales?limit=100');
  const sales: { state: string; proceeds: number }[] = Array.isArray(list) ? list : [];
  const sumOf = (some: typeof sales) => ({
    sales: some.length,
    proceeds: some.reduce((sum, { proceeds }) => sum + Math.round(proceeds * 100), 0) / 100,
  });
  const states = [...Map.groupBy(sales, ({ state }) => state)].map(([state, some]) => ({ state, ...sumOf(some) }));
  expect(states).toHaveLength(5);
  expect(summary).toEqual({
    currency: 'usd',
    ...sumOf(sales),
    states: expect.arrayContaining(states),
    unit: 'day',
    periods: [
      { from: dayOf(yesterday), ...sumOf(sales.slice(1)) },
      { from: dayOf(now), sales: 1, proceeds: 17.99 },
    ],
  });
  expect((await get('buyer', 'sales/summary')).body).toMatchObject({ sales: 0 });
});

const mondayBefore = (date: Date): Date => new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * dayMs);

test.each([
  ['month', 30, 'day', dayOf],
  ['half-year', 200, 'week', (date: Date) => dayOf(mondayBefore(date))],
  ['two years', 730, 'month', (date: Date) => `${dayOf(date).slice(0, 7)}-01`],
  ['ten years', 3_650, 'year', (date: Date) => `${dayOf(date).slice(0, 4)}-01-01`],
])('When the first sale was a %s ago (%d days), then sales are summed up by %s', async (_, days, unit, from) => {
  const seller = newId();
  const first = new Date(now.getTime() - days * dayMs);
  await insertSales(seller, 2, { completedAt: first });
  await insertSales(seller, 1, { completedAt: now });
  expect((await get(seller, 'sales/summary')).body).toMatchObject({
    sales: 3,
    unit,
    periods: [
      { from: from(first), sales: 2, proceeds: 35.98 },
      { from: from(now), sales: 1, proceeds: 17.99 },
    ],
  });
});

test('When nobody is signed in, then there are no sales', async () => {
  expect((await payments.request('GET', '/api/payments/sales/summary')).status).toBe(401);
  expect((await payments.request('GET', '/api/payments/sales')).status).toBe(401);
  expect((await payments.request('GET', '/api/payments/balance')).status).toBe(401);
});

test('When a seller lists sales, then the database reads that page by an index', async () => {
  const seller = newId();
  await Promise.all([insertSales(seller, 40), insertSales(newId(), 200)]);
  const list = payments.system.collection('payments').find(soldBy(seller));
  const page = await list.sort({ completedAt: -1, _id: -1 }).limit(20).explain('executionStats');
  expect(JSON.stringify(page['queryPlanner'].winningPlan)).toContain('"indexName":"sales_by_seller"');
  expect(page['executionStats']).toMatchObject({ totalDocsExamined: 20 });
});

test('When a seller has 10,000 sales, then the balance and the summary read none of them, but an index of what they need', async () => {
  const seller = newId();
  await Promise.all([insertSales(seller, 10_000, { availableAt: soon }), insertSales(newId(), 200)]);
  for (const [pipeline, options] of [balanceOf(seller, now), salesByPeriod(seller, 'day')]) {
    const plan = await payments.system
      .collection('payments')
      .aggregate([...pipeline], options)
      .explain('executionStats');
    const { executionStats } = plan['stages'][0].$cursor;
    expect(executionStats).toMatchObject({ totalDocsExamined: 0, nReturned: 10_000 });
  }
  expect((await get(seller, 'sales/summary')).body).toMatchObject({ sales: 10_000, proceeds: 179_900 });
  expect((await get(seller, 'balance')).body).toMatchObject({ held: 179_900, nextRelease: { amount: 179_900 } });
});
