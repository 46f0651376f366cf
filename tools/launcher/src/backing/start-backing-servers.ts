import { execa } from 'execa';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { freePorts } from '../net/free-ports.ts';
import { required } from '../required.ts';
import type { ProcessList } from '../supervision/process-list.ts';
import { SupervisedProcess, type ProcessSpec } from '../supervision/supervised-process.ts';
import { findProgram } from './find-program.ts';
import { checkMongo, isMongodReady, mongodArguments } from './mongod.ts';
import { checkNats, isNatsReady, isNatsStreamingReady, natsArguments, natsStreamingArguments } from './nats.ts';
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
  /** The servers to start; all of them without it. */
  readonly only?: readonly ServerName[];
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
  /** Where its data is stored, below DATA_DIR. */
  readonly directory: string;
  readonly url: (port: number) => string;
  readonly args: (options: ServerOptions) => string[] | Promise<string[]>;
  readonly isReady: (port: number) => Promise<boolean>;
  readonly check: (url: string, env: NodeJS.ProcessEnv) => Promise<void>;
}

const servers: Readonly<Record<ServerName, Server>> = {
  mongod: {
    kind: serverKinds.mongod,
    directory: 'mongod',
    url: (port) => `mongodb://127.0.0.1:${port}/?replicaSet=rs0`,
    args: mongodArguments,
    isReady: isMongodReady,
    check: checkMongo,
  },
  nats: {
    kind: serverKinds.nats,
    directory: 'nats',
    url: (port) => `nats://127.0.0.1:${port}`,
    args: natsArguments,
    isReady: isNatsReady,
    check: (url, env) => checkNats(url, env['BUS'] ?? 'jetstream'),
  },
  redis: {
    kind: serverKinds.redis,
    directory: 'redis',
    url: (port) => `redis://127.0.0.1:${port}`,
    args: redisArguments,
    isReady: isRedisReady,
    check: checkRedis,
  },
};

const natsStreaming: Server = {
  kind: natsStreamingKind,
  directory: 'nats-streaming',
  url: (port) => `nats://127.0.0.1:${port}`,
  args: natsStreamingArguments,
  isReady: isNatsStreamingReady,
  check: servers.nats.check,
};

/** Servers write a checkpoint and sync their journals before they exit, which may take seconds. */
const stopTimeoutMs = 4_000;

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//…@');

const commandOf = (
  program: Program,
  kind: ServerKind,
  directory: string,
  args: readonly string[],
): Pick<ProcessSpec, 'command' | 'args' | 'cleanUp'> => {
  if (program.kind === 'file') return { command: program.path, args };
  const container = `ticketing-${kind.name}-${process.pid}`;
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

/**
 * Starts MongoDB, NATS and Redis, except those whose URL is given, and waits until all are ready.
 * @throws ServerNotFoundError, or an Error that names the server that does not start.
 */
export const startBackingServers = async (options: BackingOptions): Promise<BackingServers> => {
  const { dataDir, env, log, progress = () => undefined, list, signal } = options;
  const only: readonly ServerName[] = options.only ?? ['mongod', 'nats', 'redis'];
  const processes: SupervisedProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map((process) => process.stop()));
  };
  const ports = await freePorts(only.length, options.reservedPorts);

  const start = async (name: ServerName): Promise<string> => {
    if (!only.includes(name)) return '';
    const server = name === 'nats' && env['BUS'] === 'nats-streaming' ? natsStreaming : servers[name];
    const given = env[server.kind.urlVariable];
    if (given !== undefined && given !== '') {
      await checkConfigured(server, given, env);
      return given;
    }
    const port = required(ports[only.indexOf(name)], `port of ${name}`);
    const program = await findProgram(server.kind, { env, progress, signal });
    const directory = join(dataDir, server.directory);
    await mkdir(directory, { recursive: true });
    const args = await server.args({ port, directory, version: program.version });
    const process = new SupervisedProcess(
      {
        name,
        replica: 0,
        ...commandOf(program, server.kind, directory, args),
        env: childEnvironment(env, dataDir, { LC_ALL: 'C.UTF-8' }),
        cwd: directory,
        url: server.url(port),
        logFile: join(dataDir, 'logs', `${name}-0.log`),
        isReady: () => server.isReady(port),
        stopTimeoutMs,
      },
      { log, onChange: () => list?.write() },
    );
    signal?.throwIfAborted();
    processes.push(process);
    list?.add(process);
    process.start();
    await process.ready();
    return process.spec.url;
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
