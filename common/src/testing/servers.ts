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

/** A mongod as a replica set of one node, and its URL. */
export const openMongod = async (): Promise<ServerProcess & { readonly url: string }> => {
  const server = await openServerProcess({
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
  const client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/?directConnection=true`).connect();
  const admin = client.db('admin');
  await admin.command({
    replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: `127.0.0.1:${server.port}` }] },
  });
  await eventually(async () => {
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary !== true) throw new Error('no primary yet');
  });
  await client.close();
  return { ...server, url: `mongodb://127.0.0.1:${server.port}/?replicaSet=rs0` };
};
