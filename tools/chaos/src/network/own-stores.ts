import { folderOf, startBackingServers } from '@ticketing/launcher/backing-servers';
import { required } from '@ticketing/launcher/required';
import { SupervisedProcess } from '@ticketing/launcher/supervised-process';
import type { Product, ProductProcess } from '@ticketing/test/start-product';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyMongoClient, identifyNatsClient } from './identify.ts';
import { Links } from './links.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** MongoDB and NATS of the run's own, with one member or several, all of whose connections pass proxies. */
export interface OwnStores {
  readonly mongoUrl: string;
  readonly natsUrl: string;
  /** Between the members, `mongod-0` and `nats-0` and so on, and from services to members. */
  readonly links: Links;
  /** Whether members have disks of their own: mounting them takes rights that not every user has. */
  readonly hasDisks: boolean;
  /** Where a member stores its data. */
  directoryOf(member: ProductProcess): string;
  /** The disk of a member's data, if it could be mounted. */
  diskOf(member: ProductProcess): SmallDisk | undefined;
  /** Kills a member, and starts it again once `act` has changed its data; resolves when it is ready. */
  whileKilled(member: ProductProcess, act: () => Promise<void>): Promise<void>;
  /** The product with the members among its processes. */
  join(product: Product): Product;
  stop(): Promise<void>;
}

/** A member that takes longer does not come back. */
const readyTimeoutMs = 60_000;

const toProductProcess = ({ pid, spec: { name, replica, url } }: SupervisedProcess): ProductProcess[] =>
  pid === undefined ? [] : [{ name, replica, pid, url }];

export const startOwnStores = async (options: {
  readonly members: number;
  readonly log: (line: string) => void;
}): Promise<OwnStores> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-stores-'));
  const links = new Links();
  const mongodAt = new Map<number, string>();
  const disks = new Map<string, SmallDisk>();
  const cleanUp = async () => {
    try {
      await links.close();
      await Promise.all([...disks.values()].map((disk) => disk.unmount()));
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  };
  const mountDisks = async () => {
    for (const server of ['mongod', 'nats']) {
      for (let member = 0; member < options.members; member += 1) {
        const directory = join(dataDir, folderOf(server, member));
        const disk = await mountSmallDisk(directory);
        if (disk !== undefined) disks.set(directory, disk);
      }
    }
  };
  const start = async () => {
    await mountDisks();
    return startBackingServers({
      ...options,
      dataDir,
      env: { PATH: process.env['PATH'] },
      only: ['mongod', 'nats'],
      proxies: {
        forClients: (server, member, port) => {
          if (server === 'nats') return links.open(`nats-${member}`, port, identifyNatsClient);
          mongodAt.set(port, `mongod-${member}`);
          return links.open(
            `mongod-${member}`,
            port,
            identifyMongoClient((from) => mongodAt.get(from)),
          );
        },
        between: (server, from, to, port) => links.open(`${server}-${to}`, port, `${server}-${from}`),
      },
    });
  };
  const servers = await start().catch(async (error: unknown) => {
    await cleanUp();
    throw error;
  });
  const members = [...servers.processes];
  const processes = () => members.flatMap(toProductProcess);
  const placeOf = ({ name, replica }: ProductProcess) =>
    members.findIndex(({ spec }) => spec.name === name && spec.replica === replica);
  const memberAt = (place: number) => required(members[place], 'member');
  return {
    mongoUrl: servers.mongoUrl,
    natsUrl: servers.natsUrl,
    links,
    hasDisks: disks.size > 0,
    diskOf: (member) => disks.get(memberAt(placeOf(member)).spec.cwd),
    directoryOf: (member) => memberAt(placeOf(member)).spec.cwd,
    whileKilled: async (member, act) => {
      const place = placeOf(member);
      const killed = memberAt(place);
      killed.kill();
      await killed.stop();
      try {
        await act();
      } finally {
        members[place] = new SupervisedProcess(killed.spec, { log: options.log, onChange: () => undefined }).start();
      }
      const isReady = memberAt(place)
        .ready()
        .then(() => true);
      if (!(await Promise.race([isReady, delay(readyTimeoutMs, false, { ref: false })])))
        throw new Error(`${memberAt(place).label} is not ready after ${readyTimeoutMs / 1000} s`);
    },
    join: (product) => ({
      ...product,
      processes: () => [...product.processes(), ...processes()],
      signal: (victim, signal) => {
        // Its pid cannot be another process's, since this process has started it and has not seen it end.
        if (!processes().some(({ pid }) => pid === victim.pid)) return product.signal(victim, signal);
        return process.kill(victim.pid, signal);
      },
    }),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
      await cleanUp();
    },
  };
};
