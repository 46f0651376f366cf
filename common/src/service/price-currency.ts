import type { Currency } from '../money/index.ts';
import { defineCollection, type Database, type DocumentOf } from '../mongo/index.ts';
import { ConfigError } from './config.ts';

/** In which currency the prices of this database are: one document, written at the first start. */
export const priceCurrency = defineCollection({
  name: 'price-currency',
  fields: { code: { type: String, required: true } },
});

/** The prices of a service. */
export interface Prices {
  readonly currency: Currency;
  /** Names of the collections that hold prices, its own and copies of others'. */
  readonly collections: readonly string[];
}

/** That of all prices which were stored before the currency was noted. */
const firstCurrency = 'usd';

/** The code of the currency in which the database's prices are, noted now if it was not; the same for all replicas. */
export const notedCurrency = async (
  database: Pick<Database, 'collection'>,
  { currency, collections }: Prices,
): Promise<string> => {
  const notes = database.collection<DocumentOf<typeof priceCurrency>>(priceCurrency.name);
  const noted = await notes.findOne({ _id: 'prices' });
  if (noted !== null) return noted.code;
  const stored = await Promise.all(
    collections.map((name) => database.collection(name).findOne({}, { projection: { _id: 1 } })),
  );
  const code = stored.some((document) => document !== null) ? firstCurrency : currency.code;
  // Of replicas that start together with different settings, one notes its currency and the others find it.
  const after = await notes.findOneAndUpdate(
    { _id: 'prices' },
    { $setOnInsert: { code } },
    { upsert: true, returnDocument: 'after' },
  );
  return after?.code ?? code;
};

/** @throws ConfigError unless the prices of the database are in the configured currency. */
export const requireCurrency = ({ code }: Currency, noted: string): void => {
  if (code === noted) return;
  throw new ConfigError([
    `CURRENCY is ${code}, but the database holds prices in ${noted}, which are not converted: ` +
      `set CURRENCY=${noted}, or begin with empty databases (npm start -- --fresh deletes all data)`,
  ]);
};
