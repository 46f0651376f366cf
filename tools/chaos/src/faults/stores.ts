import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { joinUrls } from '@ticketing/launcher/database-url';
import type { Product, ProductProcess } from '@ticketing/test/start-product';
import { MongoClient, type Db } from 'mongodb';

/** The members of MongoDB and NATS among the processes of a product, and which of them lead. */
export type Store = 'mongod' | 'nats';

const timeoutMs = 3_000;
/** The only stream of the product. */
export const stream = 'TICKETING';

/** What is known of where the members are. */
export type Servers = Pick<Product, 'processes'>;

const membersOf = (product: Servers, store: Store): ProductProcess[] =>
  product.processes().filter(({ name }) => name === store);

const withMongo = async <T>(product: Product, use: (admin: Db) => Promise<T>): Promise<T> => {
  const client = new MongoClient(joinUrls(membersOf(product, 'mongod').map(({ url }) => url)), {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    timeoutMS: timeoutMs,
  });
  try {
    return await use(client.db('admin'));
  } finally {
    await client.close();
  }
};

export const withNats = async <T>(product: Servers, use: (manager: JetStreamManager) => Promise<T>): Promise<T> => {
  const servers = membersOf(product, 'nats').map(({ url }) => url);
  const connection = await connect({ servers, timeout: timeoutMs, reconnect: false });
  try {
    return await use(await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs }));
  } finally {
    await connection.close();
  }
};

/**
 * The member that takes all writes: the primary of MongoDB, or the leader of the stream in NATS.
 * @throws when there is none now.
 */
export const findLeader = async (product: Product, store: Store): Promise<ProductProcess | undefined> => {
  if (store === 'mongod') {
    const { primary } = await withMongo(product, (admin) => admin.command({ hello: 1 }));
    return membersOf(product, store).find(({ url }) => new URL(url).host === primary);
  }
  const { cluster } = await withNats(product, (manager) => manager.streams.info(stream));
  return membersOf(product, store).find(({ replica }) => cluster?.leader === `nats-${replica}`);
};

/** Makes another member the primary. */
export const stepDown = (product: Product): Promise<unknown> =>
  withMongo(product, (admin) => admin.command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 2, force: true }));

/** Deletes one of the consumers, chosen by `draw` from 0 to 1, as an operator might by mistake; returns its name. */
export const deleteConsumer = (product: Product, draw: number): Promise<string | undefined> =>
  withNats(product, async (manager) => {
    const names: string[] = [];
    for await (const { name, config } of manager.consumers.list(stream))
      if (config.durable_name !== undefined) names.push(name);
    const name = names.toSorted()[Math.floor(draw * names.length)];
    if (name === undefined) return undefined;
    return (await manager.consumers.delete(stream, name)) ? name : undefined;
  });

/** The number of the last event that the stream has stored. */
export const readLastSequence = (product: Product): Promise<number> =>
  withNats(product, async (manager) => (await manager.streams.info(stream)).state.last_seq);
