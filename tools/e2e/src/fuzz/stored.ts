import type { ProductProcess } from '@ticketing/test/start-product';
import { MongoClient, type Document } from 'mongodb';
import { eventually } from '../eventually.ts';

const databases = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'notifications'];

/** What each service notes about the stream every 20 seconds, whether or not there are requests. */
const notesOnTheStream: ReadonlySet<string> = new Set(['stream-notes', 'stream-purges']);

/** Everything that is stored in the services' databases, by collection and id, without their notes on the stream. */
export type Stored = ReadonlyMap<string, string>;

/** Whether this document has unpublished events, or changes that its event does not show: it changes again soon. */
const isUnfinished = (document: Document): boolean =>
  (Array.isArray(document.outbox) && document.outbox.length > 0) || document.uncounted !== undefined;

const readAll = async (client: MongoClient): Promise<{ readonly stored: Stored; readonly isAtRest: boolean }> => {
  const stored = new Map<string, string>();
  let isAtRest = true;
  for (const name of databases) {
    const database = client.db(name);
    for (const { name: collection } of await database.listCollections().toArray()) {
      if (notesOnTheStream.has(collection)) continue;
      for await (const document of database.collection(collection).find()) {
        stored.set(`${name}.${collection} ${String(document._id)}`, JSON.stringify(document));
        if (isUnfinished(document)) isAtRest = false;
      }
    }
  }
  return { stored, isAtRest };
};

/** Reads the documents of every service, once no event is pending between them. */
export const everythingStored = async (processes: readonly ProductProcess[]): Promise<Stored> => {
  const mongod = processes.find(({ name }) => name === 'mongod');
  if (mongod === undefined) throw new Error('mongod is not running');
  const client = new MongoClient(mongod.url);
  try {
    let last = await readAll(client);
    return await eventually(async () => {
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

/** Documents that were added, changed or removed. */
export const differences = (before: Stored, after: Stored): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
