import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../settings.mjs';
import { startBackingServers, type BackingServers } from './backing/start-backing-servers.ts';
import { planProcesses } from './plan-processes.ts';
import { readSecrets } from './secrets.ts';
import { ProcessList } from './supervision/process-list.ts';
import { SupervisedProcess } from './supervision/supervised-process.ts';
import { substitutes, type RunContext } from './topology.ts';

export interface LaunchOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** Prints a line for the user when a process ends or restarts. */
  readonly log: (line: string) => void;
}

/** One route of each service and of the site, with its status for a user who is not signed in. */
const smokeRoutes = [
  ['/api/users/currentuser', 200],
  ['/api/tickets', 200],
  ['/api/orders', 401],
  ['/api/payments/000000000000000000000000', 401],
  ['/', 200],
] as const;

const stopReason = new Error('npm start is stopping');

/** All processes of one `npm start`. */
export class Launch {
  readonly #options: LaunchOptions;
  readonly #list: ProcessList;
  readonly #processes: SupervisedProcess[] = [];
  #backing: BackingServers | undefined;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: LaunchOptions) {
    this.#options = options;
    this.#list = new ProcessList(join(options.settings.dataDir, 'processes.json'));
  }

  /** Aborted by `stop` and `kill`. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Finds and starts MongoDB, NATS and Redis, and waits until they are ready. */
  async startBackingServers(progress: (text: string) => void): Promise<void> {
    const { settings, env, log } = this.#options;
    this.#backing = await startBackingServers({
      dataDir: settings.dataDir,
      members: settings.cluster,
      reservedPorts: [settings.port],
      env: {
        ...env,
        MONGO_URL: settings.mongoUrl,
        NATS_URL: settings.natsUrl,
        REDIS_URL: settings.redisUrl,
        BUS: settings.bus,
      },
      log,
      progress,
      list: this.#list,
      signal: this.#stopping.signal,
    });
  }

  /** Starts all other processes, and waits until they are ready and reachable through the router. */
  async startProcesses(progress: (text: string) => void): Promise<RunContext> {
    if (this.#backing === undefined) throw new Error('The backing servers are not started');
    const { settings, env, log } = this.#options;
    const { mongoUrl, natsUrl, redisUrl } = this.#backing;
    const secrets = readSecrets(settings);
    const { specs, context } = await planProcesses({ settings, secrets, env, mongoUrl, natsUrl, redisUrl });
    for (const spec of specs) {
      this.#stopping.signal.throwIfAborted();
      const process = new SupervisedProcess(spec, { log, onChange: this.#list.write });
      this.#processes.push(process);
      this.#list.add(process);
      process.start();
    }
    const waiting = new Set(this.#processes.map(({ label }) => label));
    const report = () => progress(`waiting for ${[...waiting].join(', ')}`);
    report();
    await Promise.all(
      this.#processes.map(async (process) => {
        await process.ready();
        waiting.delete(process.label);
        if (waiting.size > 0) report();
      }),
    );
    await Promise.all(smokeRoutes.map(([path, status]) => this.#waitForStatus(`${context.routerUrl}${path}`, status)));
    return context;
  }

  /** Stops all processes within 15 s: first those that write, then what they use. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Kills all processes without waiting. */
  kill(): void {
    this.#stopping.abort(stopReason);
    for (const process of this.#list.all) process.kill();
    this.#list.remove();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(stopReason);
    const writers = this.#processes.filter(({ spec }) => !substitutes.has(spec.name));
    await Promise.all(writers.map((process) => process.stop()));
    await Promise.all(this.#list.all.map((process) => process.stop()));
    this.#list.remove();
  }

  async #waitForStatus(url: string, status: number): Promise<void> {
    for (let found = 0; found !== status;) {
      this.#stopping.signal.throwIfAborted();
      found = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        () => 0,
      );
      if (found !== status) await delay(100);
    }
  }
}
