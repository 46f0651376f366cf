import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { currencyOf } from '../money/index.ts';
import { Database, newId } from '../mongo/index.ts';
import { requireEnv } from '../testing/require-env.ts';
import { createLogger } from './logger.ts';
import { notedCurrency, priceCurrency, requireCurrency } from './price-currency.ts';

const [usd, jpy] = [currencyOf('usd'), currencyOf('jpy')];
const collections = ['listings', 'copies'];
let database: Database;

const open = () => {
  const url = new URL(requireEnv('MONGO_URL'));
  url.pathname = `/t${newId()}`;
  return new Database({ url: url.href, appName: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
};

beforeAll(() => {
  database = open();
});
beforeEach(async () => {
  await database.drop();
  await database.prepare([priceCurrency]);
});
afterAll(async () => {
  await database.drop();
  await database.close();
});

test('When a database is empty, then the first currency is noted for good', async () => {
  expect(await notedCurrency(database, { currency: jpy, collections })).toBe('jpy');
  expect(await notedCurrency(database, { currency: usd, collections })).toBe('jpy');
});

test('When a database has prices and no note, then they are in usd', async () => {
  await database.collection<{ _id: string }>('copies').insertOne({ _id: 'a' });
  expect(await notedCurrency(database, { currency: jpy, collections })).toBe('usd');
  expect(await notedCurrency(database, { currency: usd, collections })).toBe('usd');
});

test('When replicas with different settings start at once, then all find the same currency', async () => {
  const noted = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      notedCurrency(database, { currency: index % 2 === 0 ? usd : jpy, collections }),
    ),
  );
  expect(new Set(noted).size).toBe(1);
});

test('When the setting is another currency, then the error says which, and what to do', () => {
  expect(() => requireCurrency(jpy, 'usd')).toThrow(
    'CURRENCY is jpy, but the database holds prices in usd, which are not converted: set CURRENCY=usd, or begin with empty',
  );
  expect(() => requireCurrency(usd, 'usd')).not.toThrow();
});
