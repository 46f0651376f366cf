import { MongoClient } from 'mongodb';
import { eventually } from './eventually.ts';
import { requireProgram } from './find-program.ts';
import { openServerProcess, type ServerProcess } from './server-process.ts';

const address = '127.0.0.1';

/** A NATS server with JetStream. It syncs at its default interval: tests kill the process, never the machine. */
export const openNatsServer = async (flags: Readonly<Record<string, string>> = {}): Promise<ServerProcess> =>
  openServerProcess({
    program: await requireProgram('nats-server'),
    flags: (port, data) => ({ addr: address, port, jetstream: true, store_dir: data, ...flags }),
  });

const startMongod = async (): Promise<ServerProcess> =>
  openServerProcess({
    program: await requireProgram('mongod'),
    flags: (port, data) => ({
      bind_ip: address,
      port,
      dbpath: data,
      replSet: 'rs0',
      wiredTigerCacheSizeGB: 0.25,
      oplogSize: 64,
    }),
  });

/** Makes a replica set of these servers, of which the first is the primary; resolves once all of them follow it. */
const initiate = async ([primary, ...others]: readonly [ServerProcess, ...ServerProcess[]]): Promise<void> => {
  const client = await new MongoClient(`mongodb://${address}:${primary.port}/?directConnection=true`).connect();
  const admin = client.db('admin');
  const members = [primary, ...others].map(({ port }, _id) => ({
    _id,
    host: `${address}:${port}`,
    priority: _id === 0 ? 1 : 0,
  }));
  await admin.command({ replSetInitiate: { _id: 'rs0', members } });
  await eventually(async () => {
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary !== true) throw new Error('no primary yet');
    await admin.collection('started').insertOne({}, { writeConcern: { w: members.length, wtimeoutMS: 1_000 } });
  }, 30_000);
  await client.close();
};

/** A mongod as a replica set of one node, and its URL. */
export const openMongod = async (): Promise<ServerProcess & { readonly url: string }> => {
  const server = await startMongod();
  await initiate([server]);
  return { ...server, url: `mongodb://${address}:${server.port}/?replicaSet=rs0` };
};

/** A replica set of two, whose majority is both: without the secondary nothing is acknowledged. */
export const openMongodWithSecondary = async (): Promise<{
  readonly url: string;
  readonly secondary: Pick<ServerProcess, 'freeze' | 'thaw' | 'port'>;
  close(): Promise<void>;
}> => {
  const primary = await startMongod();
  const secondary = await startMongod();
  await initiate([primary, secondary]);
  return {
    url: `mongodb://${address}:${primary.port}/?replicaSet=rs0`,
    secondary,
    close: async () => {
      await secondary.close();
      await primary.close();
    },
  };
};
