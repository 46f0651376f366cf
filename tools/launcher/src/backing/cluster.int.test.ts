import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startBackingServers, type BackingServers } from './start-backing-servers.ts';

let directory: string;
let servers: BackingServers;

const start = (members: number): Promise<BackingServers> =>
  startBackingServers({ dataDir: directory, env: {}, log: () => undefined, only: ['mongod', 'nats'], members });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cluster-'));
  servers = await start(3);
});
afterAll(async () => {
  await servers.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Tries again while the members have not chosen a leader yet. */
const untilLed = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let triesLeft = 100; ; triesLeft -= 1) {
    try {
      return await act();
    } catch (error) {
      if (triesLeft === 0) throw error;
      await delay(200);
    }
  }
};

const useMongo = async <T>(use: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(servers.mongoUrl);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};

const useNats = async <T>(use: (connection: NatsConnection) => Promise<T>): Promise<T> => {
  const connection = await connect({ servers: servers.natsUrl.split(',') });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
};

test('When clusters of three are stopped and started at other ports, then all three members have what was stored', async () => {
  await useMongo((client) =>
    client
      .db('kept')
      .collection('items')
      .insertOne({ kept: true }, { writeConcern: { w: 3 } }),
  );
  await useNats(async (connection) => {
    const manager = await untilLed(() => jetstreamManager(connection));
    await untilLed(() => manager.streams.add({ name: 'KEPT', subjects: ['kept'], num_replicas: 3 }));
    await untilLed(() => jetstream(connection).publish('kept', 'kept'));
  });
  const former = servers.mongoUrl;
  await servers.stop();
  servers = await start(3);
  expect(servers.mongoUrl).not.toBe(former);
  const members = await useMongo(async (client) => {
    const { members: all } = await client.db('admin').command({ replSetGetStatus: 1 });
    expect(await client.db('kept').collection('items').countDocuments()).toBe(1);
    return all;
  });
  expect(members).toHaveLength(3);
  await useNats(async (connection) => {
    const manager = await untilLed(() => jetstreamManager(connection));
    const { state, cluster } = await untilLed(() => manager.streams.info('KEPT'));
    expect(state.messages).toBe(1);
    expect(cluster?.replicas).toHaveLength(2);
  });
}, 120_000);

test('When data of a cluster are started with fewer members, then the error says how they were started', async () => {
  const other = startBackingServers({ dataDir: directory, env: {}, log: () => undefined, only: ['nats'] });
  await expect(other).rejects.toThrow('with --cluster 3');
});
