import { stream, withNats } from '@ticketing/chaos/stores';
import { bookkeeping } from '@ticketing/cluster/copy-databases';
import type { Product } from '@ticketing/test/start-product';
import { MongoClient, type Document } from 'mongodb';
import { eventually } from '../eventually.ts';

const databases = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'notifications'];

interface StoredDocument {
  readonly text: string;
  /** When MongoDB removes it (TTL index), in milliseconds. */
  readonly removedAt: number;
}

/** Everything that is stored in the services' databases, by collection and id, without services' bookkeeping. */
export type Stored = ReadonlyMap<string, StoredDocument>;

/** Whether this document has unpublished events, or changes that its event does not show: it changes again soon. */
const isUnfinished = (document: Document): boolean =>
  (Array.isArray(document.outbox) && document.outbox.length > 0) || document.uncounted !== undefined;

/** When the TTL indexes of its collection remove a document. */
const removedAt = (document: Document, indexes: readonly Document[]): number =>
  Math.min(
    ...indexes.map(({ key, expireAfterSeconds }) => {
      const [field = ''] = Object.keys(key);
      const from: unknown = document[field];
      return from instanceof Date && expireAfterSeconds !== undefined
        ? from.getTime() + expireAfterSeconds * 1_000
        : Infinity;
    }),
  );

const readAll = async (client: MongoClient): Promise<{ readonly stored: Stored; readonly isAtRest: boolean }> => {
  const stored = new Map<string, StoredDocument>();
  let isAtRest = true;
  for (const name of databases) {
    const database = client.db(name);
    for (const { name: collection } of await database.listCollections().toArray()) {
      if (bookkeeping.has(collection)) continue;
      const indexes = await database.collection(collection).indexes();
      for await (const document of database.collection(collection).find()) {
        stored.set(`${name}.${collection} ${String(document._id)}`, {
          text: JSON.stringify(document),
          removedAt: removedAt(document, indexes),
        });
        if (isUnfinished(document)) isAtRest = false;
      }
    }
  }
  return { stored, isAtRest };
};

/** Whether a service still has an event to handle, or waits to try one again. */
const areEventsPending = (product: Product): Promise<boolean> =>
  withNats(product, async (manager) => {
    for await (const { num_pending: pending, num_ack_pending: unacknowledged } of manager.consumers.list(stream))
      if (pending + unacknowledged > 0) return true;
    return false;
  });

/** Reads the documents of every service, once no event is pending between them. */
export const everythingStored = async (product: Product): Promise<Stored> => {
  const mongod = product.processes().find(({ name }) => name === 'mongod');
  if (mongod === undefined) throw new Error('mongod is not running');
  const client = new MongoClient(mongod.url);
  try {
    let last = await readAll(client);
    return await eventually(async () => {
      if (await areEventsPending(product)) throw new Error('events are pending');
      const before = last;
      last = await readAll(client);
      if (!last.isAtRest || differences(before.stored, last.stored).length > 0) {
        throw new Error('the databases keep changing');
      }
      return last.stored;
    }, 30_000);
  } finally {
    await client.close();
  }
};

/** Documents that were added, changed, or removed before their time. */
export const differences = (before: Stored, after: Stored, now = Date.now()): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) =>
      before.get(key)?.text !== after.get(key)?.text && (after.has(key) || (before.get(key)?.removedAt ?? 0) > now),
  );
