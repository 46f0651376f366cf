import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { findAddresses } from '@ticketing/audit/find-addresses';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import type { Product } from '@ticketing/test/start-product';
import { parseMetrics } from '@ticketing/watchdog/prometheus';
import { openDatabases, services } from '@ticketing/watchdog/sources';
import { Redis } from 'ioredis';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { residentBytes } from '../memory.ts';
import type { LiveMemory } from './live-memory.ts';
import { totalOf, usedMemoryOf } from './values.ts';

/** What a series is of; its names are unique within. */
export type Group = 'memory' | 'live memory' | 'open files' | 'database' | 'collection' | 'store' | 'folder' | 'count';

/** Groups that are counted; the others are bytes. */
export const isCounted = (group: Group): boolean => group === 'open files' || group === 'count';

/** Whether the process that the launcher starts under this name runs on Node. */
export const isNode = (name: string): boolean => !['mongod', 'nats', 'redis'].includes(name);

export type Reading = readonly [group: Group, name: string, value: number];

/** Reads the sizes of everything that a product keeps. */
export interface Sampler {
  /** Reads live memory too if `isLive`. Rejects when something cannot be read. */
  read(options: { readonly isLive: boolean }): Promise<Reading[]>;
  close(): Promise<void>;
}

const collectionStats = z.object({
  storageStats: z.object({ size: z.number(), totalIndexSize: z.number() }),
});
const cacheStats = z.object({
  wiredTiger: z.object({ cache: z.object({ 'bytes currently in the cache': z.number() }) }),
});

const bytesBelow = async (folder: string): Promise<number> => {
  let bytes = 0;
  // A file may be deleted between the listing and the reading.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await bytesBelow(path) : ((await lstat(path).catch(() => undefined))?.size ?? 0);
  }
  return bytes;
};

interface Running {
  readonly name: string;
  /** The name, and the replica if there are several. */
  readonly unique: string;
  readonly pid: number;
  readonly signal: (signal: NodeJS.Signals) => void;
}

const processesOf = (product: Product): Running[] => {
  const all = product.processes();
  const isOnly = (name: string) => all.filter((one) => one.name === name).length === 1;
  return [
    ...all.map((one) => ({
      name: one.name,
      unique: isOnly(one.name) ? one.name : `${one.name} ${one.replica}`,
      pid: one.pid,
      signal: (signal: NodeJS.Signals) => void product.signal(one, signal),
    })),
    {
      name: 'launcher',
      unique: 'launcher',
      pid: product.pid,
      signal: (signal: NodeJS.Signals) => void process.kill(product.pid, signal),
    },
  ];
};

const readProcesses = async (product: Product): Promise<Reading[]> => {
  const read = processesOf(product).map(async ({ unique, pid }): Promise<Reading[]> => {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => undefined);
    // It has ended since they were listed.
    if (files === undefined) return [];
    return [
      ['memory', unique, await residentBytes(pid)],
      ['open files', unique, files.length],
    ];
  });
  return (await Promise.all(read)).flat();
};

/** One after the other: a process that collects its garbage answers nobody. */
const readLiveMemory = async (product: Product, memory: LiveMemory): Promise<Reading[]> => {
  const readings: Reading[] = [];
  for (const { unique, name, pid, signal } of processesOf(product)) {
    if (isNode(name)) readings.push(['live memory', unique, await memory.read(pid, () => signal('SIGUSR2'))]);
  }
  return readings;
};

const readGauges = async (product: Product): Promise<Reading[]> => {
  const ofServices = product.processes().filter(({ name }) => services.some((service) => service === name));
  const found = await Promise.all(
    ofServices.map(async ({ url }) =>
      parseMetrics(await (await request(`${url}/metrics`, { headersTimeout: 5_000, bodyTimeout: 5_000 })).body.text()),
    ),
  );
  const samples = found.flat();
  return [
    ['count', 'unpublished events', totalOf(samples, 'outbox_waiting')],
    ['count', 'open streams of live pages', totalOf(samples, 'live_streams')],
  ];
};

export const openSampler = async (product: Product, memory: LiveMemory): Promise<Sampler> => {
  const { mongoUrls, natsUrl } = await findAddresses({ DATA_DIR: product.dataDir }, root);
  const databases = openDatabases(mongoUrls, 'soak');
  const nats = await connect({ servers: natsUrl.split(','), name: 'soak' });
  const streams = await jetstreamManager(nats);
  const { url } = required(
    product.processes().find(({ name }) => name === 'redis'),
    'redis in processes.json',
  );
  const redis = new Redis(url);
  const local = { readConcern: { level: 'local' } } as const;

  const readDatabase = async (service: (typeof services)[number]): Promise<Reading[]> => {
    const database = databases.of[service];
    const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    const collections = await Promise.all(
      names.map(async (name) => {
        const [stats] = await database
          .collection(name)
          .aggregate([{ $collStats: { storageStats: {} } }], local)
          .toArray();
        const { size, totalIndexSize } = collectionStats.parse(stats).storageStats;
        return ['collection', `${service}.${name}`, size + totalIndexSize] as const;
      }),
    );
    return [['database', service, collections.reduce((sum, [, , bytes]) => sum + bytes, 0)], ...collections];
  };

  const readCounts = async (): Promise<Reading[]> => {
    const { orders, expiration } = databases.of;
    const holds = await expiration.collection('timers').countDocuments({ armed: true, isOfDelivery: { $ne: true } });
    const unpaid = await orders
      .collection('orders')
      .countDocuments({ status: { $in: ['created', 'awaiting:payment'] } });
    return [
      ['count', 'armed timers of holds', holds],
      ['count', 'unpaid orders', unpaid],
    ];
  };

  const readBus = async (): Promise<Reading[]> => {
    const readings: Reading[] = [];
    for await (const { config, state } of streams.streams.list()) {
      readings.push(['store', `stream ${config.name}`, state.bytes]);
      readings.push(['count', `consumers of ${config.name}`, state.consumer_count]);
    }
    return readings;
  };

  const readRedis = async (): Promise<Reading[]> => [
    ['store', 'Redis', usedMemoryOf(await redis.info('memory'))],
    ['count', 'keys of Redis', await redis.dbsize()],
  ];

  const readCache = async (): Promise<Reading[]> => {
    const status = await databases.of.orders.admin().command({ serverStatus: 1 });
    return [['store', 'cache of mongod', cacheStats.parse(status).wiredTiger.cache['bytes currently in the cache']]];
  };

  const readFolders = async (): Promise<Reading[]> => {
    const entries = await readdir(product.dataDir, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return Promise.all(
      folders.map(async (name) => ['folder', name, await bytesBelow(join(product.dataDir, name))] as const),
    );
  };

  return {
    read: async ({ isLive }) => {
      const live = isLive ? await readLiveMemory(product, memory) : [];
      const parts = [
        readProcesses(product),
        readGauges(product),
        ...services.map(readDatabase),
        readCounts(),
        readBus(),
        readRedis(),
        readCache(),
        readFolders(),
      ];
      return [...live, ...(await Promise.all(parts)).flat()];
    },
    close: async () => {
      redis.disconnect();
      await Promise.allSettled([databases.close(), nats.close()]);
    },
  };
};
