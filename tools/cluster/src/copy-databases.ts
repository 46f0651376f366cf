import { BSON, MongoClient, type Document } from 'mongodb';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const batchSize = 1_000;
/** Size of the length field at the start of every BSON document. */
const lengthBytes = 4;
/**
 * Collections that services write without any request: what they know of the stream, the currency of prices, and their position
 * in Stripe's events. Those of a backup replace them: those about another stream make a service publish again what changed
 * since, and an older position makes payments read what has moved since.
 */
export const bookkeeping: ReadonlySet<string> = new Set([
  'stream-notes',
  'stream-purges',
  'price-currency',
  'stripe-bookmarks',
]);

const withClient = async <T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url, { writeConcern: { w: 'majority' }, serverSelectionTimeoutMS: 10_000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};

const collectionsOf = async (client: MongoClient): Promise<string[]> =>
  (await client.db().listCollections({ type: 'collection' }, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .toSorted();

/**
 * Writes each collection of a database into a .bson file, in mongodump's format.
 * @returns The number of documents in each collection.
 */
export const dumpDatabase = (url: string, directory: string): Promise<Record<string, number>> =>
  withClient(url, async (client) => {
    await mkdir(directory, { recursive: true });
    const counts: Record<string, number> = {};
    for (const name of await collectionsOf(client)) {
      let count = 0;
      const documents = async function* () {
        // Raw, so that no number changes its BSON type.
        const cursor = client
          .db()
          .collection(name)
          .find({}, { raw: true, readConcern: { level: 'majority' } });
        for await (const document of cursor) {
          if (!Buffer.isBuffer(document)) throw new Error(`${name}: the driver has not returned raw documents`);
          count += 1;
          yield document;
        }
      };
      await pipeline(Readable.from(documents()), createWriteStream(join(directory, `${name}.bson`)));
      counts[name] = count;
    }
    return counts;
  });

/** Names of the collections that are not empty, without this bookkeeping. */
export const filledCollections = (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    const filled: string[] = [];
    for (const name of await collectionsOf(client)) {
      if (
        !bookkeeping.has(name) &&
        (await client
          .db()
          .collection(name)
          .findOne({}, { projection: { _id: 1 } })) !== null
      )
        filled.push(name);
    }
    return filled;
  });

const documentsIn = async function* (file: string): AsyncGenerator<Document> {
  const handle = await open(file);
  try {
    let position = 0;
    const head = Buffer.alloc(lengthBytes);
    for (;;) {
      const { bytesRead } = await handle.read(head, 0, lengthBytes, position);
      if (bytesRead === 0) return;
      const length = head.readInt32LE(0);
      const body = Buffer.alloc(length);
      const read = await handle.read(body, 0, length, position);
      if (read.bytesRead !== length) throw new Error(`${file} ends in the middle of a document`);
      position += length;
      yield BSON.deserialize(body, { promoteValues: false, bsonRegExp: true });
    }
  } finally {
    await handle.close();
  }
};

/**
 * Restores what `dumpDatabase` has written. The service creates indexes and validators when it starts.
 * @returns The number of documents in each collection.
 */
export const loadDatabase = (url: string, directory: string): Promise<Record<string, number>> =>
  withClient(url, async (client) => {
    const counts: Record<string, number> = {};
    // Also what the backup does not have, so that no newer position skips what has moved since.
    for (const name of bookkeeping) await client.db().collection(name).deleteMany({});
    for (const file of (await readdir(directory)).filter((name) => name.endsWith('.bson'))) {
      const name = file.replace(/\.bson$/, '');
      const collection = client.db().collection(name);
      let count = 0;
      let batch: Document[] = [];
      const flush = async () => {
        if (batch.length > 0) await collection.insertMany(batch, { ordered: false });
        count += batch.length;
        batch = [];
      };
      for await (const document of documentsIn(join(directory, file))) {
        batch.push(document);
        if (batch.length === batchSize) await flush();
      }
      await flush();
      counts[name] = count;
    }
    return counts;
  });
