import { MongoClient, MongoServerError, type Db, type MongoClientOptions } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerOptions } from './server-options.ts';

const withAdmin = async <T>(url: string, options: MongoClientOptions, use: (admin: Db) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url, options);
  try {
    return await use(client.db('admin'));
  } finally {
    await client.close();
  }
};

const probeOptions = { directConnection: true, serverSelectionTimeoutMS: 1_500, connectTimeoutMS: 1_500 };

/** A cache of 0.5 GB is enough for one machine's data, and leaves memory to the other processes. */
export const mongodArguments = (options: ServerOptions): string[] => [
  '--dbpath',
  options.directory,
  '--bind_ip',
  '127.0.0.1',
  '--port',
  String(options.port),
  '--replSet',
  'rs0',
  '--wiredTigerCacheSizeGB',
  '0.5',
  '--nounixsocket',
  '--quiet',
  // Lines of slow queries have the values of their documents: e-mails and hashes.
  '--slowOpSampleRate',
  '0',
];

/**
 * Whether it accepts writes. A server that is not a replica set yet, or was one at another port, is first configured as
 * a replica set of one node: majority writes need a replica set.
 */
export const isMongodReady = (port: number): Promise<boolean> =>
  withAdmin(`mongodb://127.0.0.1:${port}`, probeOptions, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello['isWritablePrimary'] === true) return true;
    const member = { _id: 0, host: `127.0.0.1:${port}` };
    try {
      const { config } = await admin.command({ replSetGetConfig: 1 });
      if (config.members[0].host === member.host) return false;
      await admin.command({
        replSetReconfig: { ...config, version: config.version + 1, members: [member] },
        force: true,
      });
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.codeName !== 'NotYetInitialized') throw error;
      await admin.command({ replSetInitiate: { _id: 'rs0', members: [member] } });
    }
    await delay(20);
    return false;
  });

/** @throws Error with the reason why the database cannot be used. */
export const checkMongo = (url: string): Promise<void> =>
  withAdmin(url, { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000 }, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (typeof hello['setName'] !== 'string' && hello['msg'] !== 'isdbgrid')
      throw new Error('it is not a replica set: start mongod with --replSet and initiate it');
  });
