import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A server process that belongs to one test file, to be killed, frozen and restarted. */
export interface ServerProcess {
  readonly port: number;
  /** Restarts it on the same port and data. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Suspends the process: it keeps its connections and does not respond until `thaw`. Resolves once it is suspended. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Copies its data, while it is down; returns what puts the copy back, while it is down. */
  snapshot(): Promise<() => Promise<void>>;
  /** Deletes its data, while it is down. */
  forget(): Promise<void>;
  /** Kills it and removes its data. */
  close(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
};

const canConnect = async (port: number): Promise<void> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
};

/**
 * Waits until SIGSTOP has taken effect, which is later than it is sent: threads may still respond for a while.
 * @throws Error when a thread goes on, or the process has ended.
 */
export const allThreadsStopped = async (pid: number, timeoutMs?: number): Promise<void> => {
  const tasks = `/proc/${pid}/task`;
  await eventually(async () => {
    for (const thread of await readdir(tasks)) {
      const stat = await readFile(join(tasks, thread, 'stat'), 'utf8');
      // The state follows the name, which is in brackets and may contain any character.
      const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
      if (state !== 'T') throw new Error(`thread ${thread} of ${pid} is in state ${state}`);
    }
  }, timeoutMs);
};

/** Starts a server; resolves once it accepts connections. */
export const openServerProcess = async (options: {
  readonly program: string;
  /** Null is an option without a value. */
  readonly flags: (port: number, data: string) => Readonly<Record<string, string | number | boolean | null>>;
  /** Environment variables besides this process's. */
  readonly env?: Readonly<Record<string, string>>;
}): Promise<ServerProcess> => {
  const port = await freePort();
  const root = await mkdtemp(join(tmpdir(), 'ticketing-server-'));
  const data = join(root, 'data');
  let child: ChildProcess | undefined;
  const onExit = () => child?.kill('SIGKILL');
  process.on('exit', onExit);

  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };
  const start = async (): Promise<void> => {
    await kill();
    await mkdir(data, { recursive: true });
    const output: string[] = [];
    // Go's flags take true after = only, Redis takes no =.
    const args = Object.entries(options.flags(port, data)).flatMap(([name, value]) => {
      if (value === null) return [`--${name}`];
      return typeof value === 'boolean' ? [`--${name}=${value}`] : [`--${name}`, String(value)];
    });
    const started = spawn(options.program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: unknown) => {
        output.push(String(chunk));
        if (output.length > 50) output.shift();
      });
    }
    await eventually(async () => {
      if (started.exitCode !== null) return;
      await canConnect(port);
    }, 20_000);
    if (started.exitCode !== null) throw new Error(`${options.program} ended during start-up: ${output.join('')}`);
  };

  await start();
  return {
    port,
    start,
    kill,
    freeze: async () => {
      if (child?.pid === undefined) throw new Error(`${options.program} is not running`);
      child.kill('SIGSTOP');
      await allThreadsStopped(child.pid);
    },
    thaw: () => child?.kill('SIGCONT'),
    snapshot: async () => {
      const copy = join(root, `snapshot-${randomUUID()}`);
      await cp(data, copy, { recursive: true });
      return async () => {
        await rm(data, { recursive: true, force: true });
        await cp(copy, data, { recursive: true });
      };
    },
    forget: () => rm(data, { recursive: true, force: true }),
    close: async () => {
      process.off('exit', onExit);
      await kill();
      await rm(root, { recursive: true, force: true });
    },
  };
};
