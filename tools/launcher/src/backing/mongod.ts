import { MongoClient, MongoServerError } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';

const client = (url: string) =>
  new MongoClient(url, { directConnection: true, serverSelectionTimeoutMS: 1_500, connectTimeoutMS: 1_500 });

const using = async <T>(url: string, use: (admin: ReturnType<MongoClient['db']>) => Promise<T>): Promise<T> => {
  const connected = client(url);
  try {
    return await use(connected.db('admin'));
  } finally {
    await connected.close();
  }
};

/** Half a gigabyte is plenty for one machine's data, and leaves memory to everything else. */
export const mongodArguments = (options: { readonly port: number; readonly directory: string }): string[] => [
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
];

/**
 * Whether it takes writes. A server that has never been a replica set, or was one at another port, is made one of one
 * node first: only a replica set keeps what it has acknowledged by majority.
 */
export const isMongodReady = (port: number): Promise<boolean> =>
  using(`mongodb://127.0.0.1:${port}`, async (admin) => {
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

/** @throws Error that says why a database cannot be used. */
export const checkMongo = async (url: string): Promise<void> => {
  const connected = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000 });
  try {
    const hello = await connected.db('admin').command({ hello: 1 });
    if (typeof hello['setName'] !== 'string' && hello['msg'] !== 'isdbgrid')
      throw new Error('it is not a replica set: start mongod with --replSet and initiate it');
  } finally {
    await connected.close();
  }
};
