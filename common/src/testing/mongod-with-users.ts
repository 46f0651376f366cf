import { MongoClient } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { requireProgram } from './find-program.ts';
import { openServerProcess } from './server-process.ts';

interface MongoUser {
  readonly name: string;
  readonly database: string;
  readonly role: 'read' | 'readWrite';
}

/** A mongod with access control, set up as by infra/k8s/components/mongo: each user has one role in one database. */
export const openMongodWithUsers = async (
  users: readonly MongoUser[],
): Promise<{ urlOf(user: string, database: string): string; close(): Promise<void> }> => {
  const [key, password] = [randomBytes(96).toString('base64'), randomBytes(12).toString('hex')];
  const server = await openServerProcess({
    program: await requireProgram('mongod'),
    flags: (port, data) => {
      const keyFile = join(data, '..', 'key');
      writeFileSync(keyFile, key, { mode: 0o600 });
      return { bind_ip: '127.0.0.1', port, dbpath: data, replSet: 'rs0', keyFile, wiredTigerCacheSizeGB: 0.25 };
    },
  });
  const host = `127.0.0.1:${server.port}`;
  const system = `mongodb://__system:${encodeURIComponent(key)}@${host}/?authSource=local&directConnection=true`;
  const client = await new MongoClient(system).connect();
  await client.db('admin').command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
  await eventually(async () => {
    if ((await client.db('admin').command({ hello: 1 }))['isWritablePrimary'] !== true)
      throw new Error('no primary yet');
  }, 30_000);
  for (const { name, database, role } of users)
    await client.db(database).command({ createUser: name, pwd: password, roles: [{ role, db: database }] });
  await client.close();
  return {
    urlOf: (user, database) => `mongodb://${user}:${password}@${host}/${database}?replicaSet=rs0`,
    close: () => server.close(),
  };
};
