import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { freePorts } from '../net/free-ports.ts';
import { required } from '../required.ts';
import type { ProcessList } from '../supervision/process-list.ts';
import { SupervisedProcess, type ProcessSpec } from '../supervision/supervised-process.ts';
import { findProgram } from './find-program.ts';
import { checkMongo, isMongodReady, mongodArguments } from './mongod.ts';
import {
  checkNats,
  findNatsFailure,
  isNatsReady,
  isNatsStreamingReady,
  natsArguments,
  natsStreamingArguments,
} from './nats.ts';
import { checkRedis, isRedisReady, redisArguments } from './redis.ts';
import type { ServerOptions } from './server-options.ts';
import { natsStreamingKind, serverKinds, type ServerKind, type ServerName } from './server-kinds.ts';
import type { Program } from './sources/source.ts';

export interface BackingOptions {
  /** Data is stored in `<dataDir>/<server>`, logs in `<dataDir>/logs`. */
  readonly dataDir: string;
  /** A server whose URL is set here is checked and used; it is not started. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly progress?: (text: string) => void;
  /** Nothing is started once it is aborted. */
  readonly signal?: AbortSignal;
  /** Receives each server that is started. */
  readonly list?: ProcessList;
  /** Ports that other processes will listen on. */
  readonly reservedPorts?: readonly number[];
  /** Members of MongoDB and of NATS; 1 without it. */
  readonly members?: number;
  /** Set by tests only. */
  readonly proxies?: MemberProxies;
  /** The servers to start; all of them without it. */
  readonly only?: readonly ServerName[];
}

/** Opens proxies before the members of MongoDB and NATS; each method returns the proxy's port. */
export interface MemberProxies {
  /** For clients of a member that listens on `port`; for MongoDB's other members too. */
  forClients(server: ServerName, member: number, port: number): Promise<number>;
  /** For the connections of one member to another, which listens for them on `port`. */
  between(server: ServerName, from: number, to: number, port: number): Promise<number>;
}

export interface BackingServers {
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** The servers that were started. */
  readonly processes: readonly SupervisedProcess[];
  stop(): Promise<void>;
}

interface Server {
  readonly kind: ServerKind;
  /** Where its data is stored, below DATA_DIR; that of the other members of a cluster ends with their number. */
  readonly directory: string;
  /** Whether it can have several members, and whether these listen for each other at ports of their own. */
  readonly cluster: 'none' | 'same ports' | 'own ports';
  /** Its address for clients, by the `host:port` of its members. */
  readonly url: (hosts: readonly string[]) => string;
  readonly args: (options: ServerOptions) => string[] | Promise<string[]>;
  readonly isReady: (options: ServerOptions) => Promise<boolean>;
  readonly findFailure?: (options: ServerOptions) => Promise<string | undefined>;
  readonly check: (url: string, env: NodeJS.ProcessEnv) => Promise<void>;
}

const natsUrl = (hosts: readonly string[]): string => hosts.map((host) => `nats://${host}`).join(',');

const servers: Readonly<Record<ServerName, Server>> = {
  mongod: {
    kind: serverKinds.mongod,
    directory: 'mongod',
    cluster: 'same ports',
    url: (hosts) => `mongodb://${hosts.join(',')}/?replicaSet=rs0`,
    args: mongodArguments,
    isReady: isMongodReady,
    check: checkMongo,
  },
  nats: {
    kind: serverKinds.nats,
    directory: 'nats',
    cluster: 'own ports',
    url: natsUrl,
    args: natsArguments,
    isReady: (options) => isNatsReady(options.port),
    findFailure: (options) => findNatsFailure(options.monitorPort),
    check: (url, env) => checkNats(url, env['BUS'] ?? 'jetstream'),
  },
  redis: {
    kind: serverKinds.redis,
    directory: 'redis',
    cluster: 'none',
    url: (hosts) => `redis://${hosts.join(',')}`,
    args: redisArguments,
    isReady: (options) => isRedisReady(options.port),
    check: checkRedis,
  },
};

const natsStreaming: Server = {
  kind: natsStreamingKind,
  directory: 'nats-streaming',
  cluster: 'none',
  url: natsUrl,
  args: natsStreamingArguments,
  isReady: (options) => isNatsStreamingReady(options.port),
  check: servers.nats.check,
};

/** Servers write a checkpoint and sync their journals before they exit, which may take seconds. */
const stopTimeoutMs = 4_000;

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//…@');

const hostOf = (port: number): string => `127.0.0.1:${port}`;

const commandOf = (
  program: Program,
  options: {
    readonly kind: ServerKind;
    readonly directory: string;
    readonly member: number;
    readonly args: readonly string[];
  },
): Pick<ProcessSpec, 'command' | 'args' | 'cleanUp'> => {
  const { kind, directory, member, args } = options;
  if (program.kind === 'file') return { command: program.path, args };
  const container = `ticketing-${kind.name}-${member}-${process.pid}`;
  return {
    command: 'docker',
    args: [
      'run',
      '--rm',
      `--name=${container}`,
      '--network=host',
      `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      `--volume=${directory}:${directory}`,
      program.image,
      kind.program,
      ...args,
    ],
    // The container keeps running when its docker client is killed.
    cleanUp: async () => {
      await execa('docker', ['rm', '--force', container], { reject: false, timeout: 5_000 });
    },
  };
};

const checkConfigured = async ({ kind, check }: Server, url: string, env: NodeJS.ProcessEnv): Promise<void> => {
  try {
    await check(url, env);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${kind.urlVariable}=${withoutPassword(url)} cannot be used: ${reason}`, {
      cause: error,
    });
  }
};

/** Where a member stores its data, below DATA_DIR. */
export const folderOf = (directory: string, member: number): string =>
  member === 0 ? directory : `${directory}-${member}`;

/** Data of one member are not those of a cluster: a majority of a larger cluster may be without what the first one has. */
const checkSize = ({ kind, directory }: Server, dataDir: string, members: number): void => {
  const found = [0, 1, 2].filter((member) => existsSync(join(dataDir, folderOf(directory, member)))).length;
  if (found === 0 || found === members) return;
  const started = found === 1 ? 'without --cluster' : `with --cluster ${found}`;
  throw new Error(
    `${dataDir} has data of ${kind.name} that was started ${started}: start it so, or choose another DATA_DIR`,
  );
};

/**
 * Starts MongoDB, NATS and Redis, except those whose URL is given, and waits until all are ready.
 * @throws ServerNotFoundError, or an Error that names the server that does not start.
 */
export const startBackingServers = async (options: BackingOptions): Promise<BackingServers> => {
  const { dataDir, env, log, progress = () => undefined, list, signal, members = 1, proxies } = options;
  const only: readonly ServerName[] = options.only ?? ['mongod', 'nats', 'redis'];
  const processes: SupervisedProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map((process) => process.stop()));
  };
  // For each server the ports of its members for clients, then those for each other, then those for its health.
  const ports = await freePorts(only.length * members * 3, options.reservedPorts);

  const start = async (name: ServerName): Promise<string> => {
    if (!only.includes(name)) return '';
    const server = name === 'nats' && env['BUS'] === 'nats-streaming' ? natsStreaming : servers[name];
    const given = env[server.kind.urlVariable];
    if (given !== undefined && given !== '') {
      await checkConfigured(server, given, env);
      return given;
    }
    const count = server.cluster === 'none' ? 1 : members;
    checkSize(server, dataDir, count);
    const own = ports.slice(only.indexOf(name) * members * 3);
    const listening = own.slice(0, count);
    const clusterPorts = own.slice(members, members + count);
    const isProxied = proxies !== undefined && server.cluster !== 'none';
    const clientPorts = isProxied
      ? await Promise.all(listening.map((port, member) => proxies.forClients(name, member, port)))
      : listening;
    const memberPortsOf = async (from: number): Promise<readonly number[]> => {
      if (server.cluster !== 'own ports') return clientPorts;
      if (!isProxied) return clusterPorts;
      return Promise.all(
        clusterPorts.map((port, to) => (from === to ? Promise.resolve(port) : proxies.between(name, from, to, port))),
      );
    };
    const program = await findProgram(server.kind, { env, progress, signal });
    const startMember = async (member: number): Promise<void> => {
      const directory = join(dataDir, folderOf(server.directory, member));
      await mkdir(directory, { recursive: true });
      const serverOptions: ServerOptions = {
        member,
        port: required(listening[member], `port of ${name}`),
        clusterPort: required(clusterPorts[member], `port of ${name}`),
        monitorPort: required(own[members * 2 + member], `port of ${name}`),
        memberPorts: await memberPortsOf(member),
        isProxied,
        directory,
        version: program.version,
      };
      const { findFailure } = server;
      const args = await server.args(serverOptions);
      const process = new SupervisedProcess(
        {
          name,
          replica: member,
          ...commandOf(program, { kind: server.kind, directory, member, args }),
          env: childEnvironment(env, dataDir, { LC_ALL: 'C.UTF-8' }),
          cwd: directory,
          url: server.url([hostOf(required(clientPorts[member], `port of ${name}`))]),
          logFile: join(dataDir, 'logs', `${name}-${member}.log`),
          isReady: () => server.isReady(serverOptions),
          ...(findFailure === undefined ? {} : { findFailure: () => findFailure(serverOptions) }),
          stopTimeoutMs,
        },
        { log, onChange: () => list?.write() },
      );
      signal?.throwIfAborted();
      processes.push(process);
      list?.add(process);
      process.start();
      await process.ready();
    };
    await Promise.all(listening.map((_, member) => startMember(member)));
    return server.url(clientPorts.map(hostOf));
  };

  const starting = [start('mongod'), start('nats'), start('redis')] as const;
  const failures = (await Promise.allSettled(starting)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (failures.length > 0) {
    await stop();
    if (failures.length === 1) throw failures[0];
    throw new Error(failures.map((failure) => (failure instanceof Error ? failure.message : failure)).join('\n\n'));
  }
  const [mongoUrl, natsUrl, redisUrl] = await Promise.all(starting);
  return { mongoUrl, natsUrl, redisUrl, processes, stop };
};
