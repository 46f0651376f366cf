import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketCreated } from '@ticketing/common/events';
import { openHarness, type TicketsHarness } from './test/harness.ts';

let yen: TicketsHarness;
let dinars: TicketsHarness;

beforeAll(async () => {
  [yen, dinars] = await Promise.all([openHarness({ CURRENCY: 'jpy' }), openHarness({ CURRENCY: 'kwd' })]);
});
afterAll(async () => {
  await yen.system.close();
  await dinars.system.close();
});

const post = ({ api, system }: TicketsHarness, price: number) =>
  api.post('/api/tickets').set(system.as('seller')).send({ title: 'Final', price });
const refused = (message: string) => ({ errors: [{ message, field: 'price' }] });
const ids = (body: readonly { readonly id: string }[]) => body.map(({ id }) => id);

test('When a ticket is listed in yen, then its price has no decimals in responses, database and events', async () => {
  const response = await post(yen, 2500);
  expect([response.status, response.body]).toMatchObject([201, { price: 2500, currency: 'jpy' }]);
  const { id } = response.body;
  expect(await yen.get(id)).toMatchObject({ price: 2500, currency: 'jpy' });
  expect(await yen.stored(id)).toMatchObject({ price: 2500, currency: 'jpy' });
  await yen.system.eventually(() => {
    const found = yen.system.events(ticketCreated).find(({ data }) => data.id === id);
    expect(found?.data).toMatchObject({ price: 2500, currency: 'jpy' });
  });
  const edited = await yen.put(id, { title: 'Final', price: 3000 });
  expect([edited.status, edited.body.price]).toEqual([200, 3000]);
  expect(ids((await yen.api.get('/api/tickets?minPrice=3000&maxPrice=3000')).body)).toEqual([id]);
  expect((await yen.api.get('/api/tickets?minPrice=30.5')).body).toEqual({
    errors: [{ message: 'MinPrice must be a price such as 2000', field: 'minPrice' }],
  });
});

test.each([
  [19.99, 'Price must be a whole number'],
  [49, 'Price must be at least 50'],
  [100_000_000, 'Price must be at most 99999999'],
])('When the price in yen is %d, then it is refused: %s', async (price, message) => {
  const response = await post(yen, price);
  expect([response.status, response.body]).toEqual([400, refused(message)]);
});

test('When a ticket is listed in dinars, then its price has three decimals, the last of which is 0', async () => {
  const response = await post(dinars, 12.34);
  expect(response.body).toMatchObject({ price: 12.34, currency: 'kwd' });
  expect(await dinars.stored(response.body.id)).toMatchObject({ price: 12_340, currency: 'kwd' });
  expect((await post(dinars, 12.345)).body).toEqual(refused('Price must be a multiple of 0.010'));
  expect((await post(dinars, 12.3456)).body).toEqual(refused('Price must have at most three decimals'));
  expect((await post(dinars, 0.2)).body).toEqual(refused('Price must be at least 0.250'));
});

test('When the database has tickets in another currency, then the service does not start and says why', async () => {
  await expect(yen.startReplica({ CURRENCY: 'usd' })).rejects.toThrow(
    'CURRENCY is usd, but the database holds prices in jpy',
  );
});

test('When tickets were listed by a release without currencies, then they are in usd', async () => {
  const dollars = await openHarness();
  try {
    const { id } = await dollars.list();
    await dollars.system.collection('tickets').updateMany({}, { $unset: { currency: '' } });
    await dollars.system.collection('price-currency').deleteMany({});
    await expect(dollars.startReplica({ CURRENCY: 'jpy' })).rejects.toThrow(
      'CURRENCY is jpy, but the database holds prices in usd',
    );
    await dollars.startReplica();
    expect(await dollars.get(id)).toMatchObject({ price: 19.99, currency: 'usd' });
  } finally {
    await dollars.system.close();
  }
});
