import { databaseUrl } from '@ticketing/launcher/database-url';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { perService, type Addresses } from '@ticketing/watchdog/sources';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildServices } from '../build/build-services.ts';
import { isReady } from '../is-ready.ts';
import { openOwnServer, type OwnServer, type ServerName } from './own-server.ts';
import type { Part } from './plan.ts';

/** Takes a part of the product away and brings it back. */
export interface Fault {
  begin(): Promise<void>;
  /** Resolves when the part is ready again. */
  end(): Promise<void>;
}

/** A product whose orders and payments have a mongod each, so that the database of one service can be away. */
export interface OwnProduct {
  readonly product: Product;
  readonly addresses: Addresses;
  readonly faults: Readonly<Record<Part, Fault>>;
  stop(): Promise<void>;
}

/** Starts a service like its own index.ts, but on the database with this address. */
const entryOn =
  (mongoUrls: Addresses['mongoUrls']) =>
  (service: string): string => {
    const url = required(new Map(Object.entries(mongoUrls)).get(service), service);
    return `
import { runUntilSignal } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startService } from './service.ts';
await runUntilSignal(() => startService(readConfig({ ...process.env, MONGO_URL: ${JSON.stringify(url)} })));
`;
  };

const killEveryMs = 20;

const runningOf = (product: Product, name: string) => product.processes().filter((process) => process.name === name);

const killAll = (product: Product, name: string): void => {
  for (const victim of runningOf(product, name)) product.signal(victim, 'SIGKILL');
};

/** The processes of a service are killed after every restart, before they have loaded. */
const serviceFault = (product: Product, name: string): Fault => {
  let killing: NodeJS.Timeout | undefined;
  return {
    begin: async () => {
      killAll(product, name);
      killing = setInterval(() => killAll(product, name), killEveryMs);
    },
    end: async () => {
      clearInterval(killing);
      for (;;) {
        const states = await Promise.all(runningOf(product, name).map(({ url }) => isReady(url)));
        if (states.includes(true)) return;
        await delay(50);
      }
    },
  };
};

const serverFault = (server: OwnServer): Fault => ({ begin: () => server.kill(), end: () => server.start() });

export const startOwnProduct = async (options: {
  readonly windowSeconds: number;
  readonly log: (line: string) => void;
}): Promise<OwnProduct> => {
  const { windowSeconds, log } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-outages-'));
  const build = join(root, '.cache', 'outages', String(process.pid));
  const servers: OwnServer[] = [];
  const stopServers = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all([dataDir, build].map((path) => rm(path, { recursive: true, force: true })));
  };
  const open = async (name: ServerName, folder: string): Promise<OwnServer> => {
    const server = await openOwnServer(name, { dataDir: join(dataDir, folder), log });
    servers.push(server);
    return server;
  };
  try {
    log('starting the backing servers');
    const mongod = await open('mongod', 'shared');
    const ordersMongod = await open('mongod', 'orders');
    const paymentsMongod = await open('mongod', 'payments');
    const nats = await open('nats', 'shared');
    const redis = await open('redis', 'shared');
    const serverOf = (service: string): OwnServer =>
      service === 'orders' ? ordersMongod : service === 'payments' ? paymentsMongod : mongod;
    const mongoUrls = perService((service) => databaseUrl(serverOf(service).url, service));
    log('building the services');
    await buildServices(build, [], entryOn(mongoUrls));
    log('starting the product');
    const product = await startProduct({
      settings: {
        TEST_BUILD: build,
        BUS: 'jetstream',
        MONGO_URL: mongod.url,
        NATS_URL: nats.url,
        REDIS_URL: redis.url,
        EXPIRATION_WINDOW_SECONDS: String(windowSeconds),
      },
    });
    const sandbox = product.processes().find(({ name }) => name === 'stripe-sandbox');
    return {
      product,
      addresses: {
        mongoUrls,
        natsUrl: nats.url,
        bus: 'jetstream',
        stripe: { host: required(sandbox, 'stripe-sandbox').url, key: undefined },
      },
      faults: {
        nats: serverFault(nats),
        redis: serverFault(redis),
        'orders-db': serverFault(ordersMongod),
        // With its processes, which restart without it: they would publish from memory what the outboxes hold.
        'payments-db': {
          begin: async () => {
            await paymentsMongod.kill();
            killAll(product, 'payments');
          },
          end: () => paymentsMongod.start(),
        },
        payments: serviceFault(product, 'payments'),
      },
      stop: async () => {
        await product.stop();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
};
