import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startBackingServers, type BackingServers } from '@ticketing/launcher/backing-servers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Product } from '@ticketing/test/start-product';
import { createFaultCounter } from '../inject/fault-counts.ts';
import { noBusFaults, stallOf } from '../inject/faults.ts';
import { startOwnStores, type OwnStores } from '../network/own-stores.ts';
import { Injector, noVictim } from './injector.ts';
import type { Fault } from './schedule.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'injector-'));
const versions = { set: () => undefined };
let stores: OwnStores;
let servers: BackingServers;
let product: Product;
let injector: Injector;

beforeAll(async () => {
  stores = await startOwnStores({ members: 1, log: () => undefined });
  servers = await startBackingServers({
    dataDir,
    env: { PATH: process.env['PATH'] },
    log: () => undefined,
    only: ['redis'],
  });
  product = stores.join({
    url: '',
    loopbackUrl: '',
    dataDir,
    pid: 0,
    processes: () =>
      servers.processes.flatMap(({ pid, spec: { name, replica, url } }) =>
        pid === undefined ? [] : [{ name, replica, pid, url }],
      ),
    signal: ({ pid }, signal) => process.kill(pid, signal),
    stop: () => Promise.resolve({ milliseconds: 0 }),
  });
}, 60_000);
afterAll(async () => {
  await servers.stop();
  await stores.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  injector = new Injector(product, { stores, versions });
});

const whatOf = ({ done }: Injector): string[] => done.map(({ what }) => what);
const freeze = (victim: 'mongod' | 'nats' | 'redis'): Fault => ({ kind: 'freeze', victim, draw: 0, ms: 300 });
const bus: Fault = { kind: 'bus', faults: { ...noBusFaults, refused: 1 }, ms: 10 };
const stall: Fault = { kind: 'stall', service: 'orders', ms: 10 };

test.each(['mongod', 'nats', 'redis'] as const)(
  'When %s is frozen, then it has been silent, and it responds again',
  async (victim) => {
    await injector.inject(freeze(victim));
    // Again, since only a process that responds is frozen.
    await injector.inject(freeze(victim));
    expect(whatOf(injector)).toEqual([`${victim}-0`, `${victim}-0`]);
  },
  60_000,
);

test('When a process goes on although it was to be frozen, then the fault had no effect', async () => {
  const deaf = new Injector({ ...product, signal: () => true }, { stores, versions });
  await deaf.inject(freeze('redis'));
  expect(whatOf(deaf)).toEqual([noVictim]);
});

test.each([
  ['bus', bus, 'refused', '1 messages'],
  ['stall', stall, stallOf('orders'), 'orders 0.01 s'],
])(
  'When a service has counted what a fault of kind %s has done, then the fault ends',
  async (_kind, fault, counted, what) => {
    const injected = injector.inject(fault);
    const { count, write } = createFaultCounter(dataDir, `counting-${fault.kind}`);
    count(counted);
    write();
    await injected;
    expect(whatOf(injector)).toEqual([what]);
  },
);

test('When no service counts what a fault has done, then the fault had no effect', async () => {
  const injected = [injector.inject(bus), injector.inject(stall)];
  await injector.stop();
  await Promise.all(injected);
  expect(whatOf(injector)).toEqual([noVictim, noVictim]);
}, 20_000);
