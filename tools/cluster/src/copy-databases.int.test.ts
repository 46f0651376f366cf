import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openServerProcess, requireProgram, type ServerProcess } from '@ticketing/common/testing';
import { MongoClient } from 'mongodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpDatabase, filledCollections, loadDatabase } from './copy-databases.ts';

let mongod: ServerProcess;
let client: MongoClient;
let folder: string;

beforeAll(async () => {
  mongod = await openServerProcess({
    program: await requireProgram('mongod'),
    flags: (port, dbpath) => ({ bind_ip: '127.0.0.1', port, dbpath }),
  });
  client = await MongoClient.connect(`mongodb://127.0.0.1:${mongod.port}`);
  folder = await mkdtemp(join(tmpdir(), 'ticketing-copy-'));
});
afterAll(async () => {
  await client.close();
  await mongod.close();
  await rm(folder, { recursive: true, force: true });
});

const urlOf = (database: string): string => `mongodb://127.0.0.1:${mongod.port}/${database}`;

/** A database of which payments has written its position in Stripe's events only. */
const started = async (database: string): Promise<void> => {
  await client.db(database).collection('stripe-bookmarks').insertOne({ at: new Date() });
};

test.each([
  ['with', [{ at: new Date(0) }]],
  ['without', []],
])(
  'When a backup %s a position in Stripe’s events is restored, then the position is that of the backup',
  async (name, positions) => {
    const [from, to] = [`from-${name}`, `to-${name}`];
    await client.db(from).collection('payments').insertOne({ amount: 1999 });
    if (positions.length > 0)
      await client
        .db(from)
        .collection('stripe-bookmarks')
        .insertMany([...positions]);
    await dumpDatabase(urlOf(from), join(folder, name));
    await started(to);
    expect(await filledCollections(urlOf(to))).toEqual([]);
    await loadDatabase(urlOf(to), join(folder, name));
    expect(await filledCollections(urlOf(to))).toEqual(['payments']);
    const restored = await client
      .db(to)
      .collection('stripe-bookmarks')
      .find({}, { projection: { _id: 0 } })
      .toArray();
    expect(restored).toEqual(positions.map(({ at }) => ({ at })));
  },
);
