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

/** Caches of 0.5 GB in all are enough for one machine's data, and leave memory to the other processes; 0.25 GB is the least. */
const cacheGigabytes = ({ memberPorts }: ServerOptions): number => Math.max(0.25, 0.5 / memberPorts.length);

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
  String(cacheGigabytes(options)),
  '--nounixsocket',
  '--quiet',
  // Lines of slow queries have the values of their documents: e-mails and hashes.
  '--slowOpSampleRate',
  '0',
  // A member waits for this long for its clients to find another one, 15 s by default; all of them stop together here.
  ...(options.memberPorts.length > 1 ? ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=500'] : []),
  ...(options.isProxied ? ['--setParameter', 'enableTestCommands=1'] : []),
];

/**
 * Whether it is a member of a replica set that has a primary: majority writes need a replica set, even of one. The first
 * member configures it, and once more when the members have other ports than before; which of them becomes the primary,
 * and so whose data count, is decided by an election.
 */
export const isMongodReady = (options: ServerOptions): Promise<boolean> =>
  withAdmin(`mongodb://127.0.0.1:${options.port}`, probeOptions, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello['primary'] !== undefined && (hello['isWritablePrimary'] === true || hello['secondary'] === true))
      return true;
    if (options.member !== 0) return false;
    const members = options.memberPorts.map((port, member) => ({ _id: member, host: `127.0.0.1:${port}` }));
    try {
      const { config } = await admin.command({ replSetGetConfig: 1 });
      const configured: { readonly host: string }[] = config.members;
      if (configured.every(({ host }, member) => host === members[member]?.host)) return false;
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.codeName !== 'NotYetInitialized') throw error;
      await admin.command({ replSetInitiate: { _id: 'rs0', members } });
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
