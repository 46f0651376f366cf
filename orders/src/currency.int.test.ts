import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated } from '@ticketing/common/events';
import { openHarness, type OrdersHarness } from './test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness({ CURRENCY: 'jpy' });
});
afterAll(() => orders.system.close());

test.each([
  ['says its currency', { currency: 'jpy' }],
  ['was listed by a release without currencies', {}],
])('When a ticket in yen %s, then its order and the event have yen without decimals', async (_, state) => {
  const ticket = await orders.listed({ price: 2500, ...state });
  const { status, body } = await orders.post({ ticketId: ticket.id, expectedPrice: 2500 });
  expect([status, body]).toMatchObject([201, { price: 2500, currency: 'jpy', ticket: { price: 2500 } }]);
  expect(await orders.stored(body.id)).toMatchObject({ price: 2500, currency: 'jpy' });
  await orders.system.eventually(() => {
    const found = orders.system.events(orderCreated).find(({ data }) => data.id === body.id);
    expect(found?.data).toMatchObject({ price: 2500, currency: 'jpy' });
  });
});

test('When the expected price has decimals that yen do not have, then it is refused', async () => {
  const ticket = await orders.listed({ price: 2500, currency: 'jpy' });
  const response = await orders.post({ ticketId: ticket.id, expectedPrice: 25.5 });
  expect([response.status, response.body]).toEqual([
    400,
    { errors: [{ message: 'Price must be a whole number', field: 'expectedPrice' }] },
  ]);
});

test('When tickets and orders were started with different currencies, then nothing is ordered', async () => {
  const ticket = await orders.listed({ price: 2500, currency: 'usd' });
  expect((await orders.post({ ticketId: ticket.id })).status).toBe(500);
  expect(await orders.system.collection('orders').countDocuments({ 'ticket.id': ticket.id })).toBe(0);
});

test('When the database has orders or copies in another currency, then the service does not start and says why', async () => {
  const error = 'CURRENCY is usd, but the database holds prices in jpy';
  await expect(orders.startReplica({ CURRENCY: 'usd' })).rejects.toThrow(error);
});
