import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../settings.mjs';
import { startBackingServers, type BackingServers } from './backing/start-backing-servers.ts';
import { planMembers } from './plan-members.ts';
import { readSecrets } from './secrets.ts';
import { ProcessList } from './supervision/process-list.ts';
import { SupervisedProcess } from './supervision/supervised-process.ts';
import type { RunContext } from './topology.ts';

export interface LaunchOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** One line for the user: what has happened to a process. */
  readonly log: (line: string) => void;
}

/** The routes of the site, each with the answer of somebody who is not signed in. */
const front = [
  ['/api/users/currentuser', 200],
  ['/api/tickets', 200],
  ['/api/orders', 401],
  ['/api/payments/000000000000000000000000', 401],
  ['/', 200],
] as const;

/** Everything that one `npm start` runs. */
export class Launch {
  readonly #options: LaunchOptions;
  readonly #list: ProcessList;
  readonly #members: SupervisedProcess[] = [];
  #backing: BackingServers | undefined;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: LaunchOptions) {
    this.#options = options;
    this.#list = new ProcessList(join(options.settings.dataDir, 'processes.json'));
  }

  /** Aborted once everything is told to end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Finds, starts and awaits MongoDB, NATS and Redis. */
  async startBackingServers(progress: (text: string) => void): Promise<void> {
    const { settings, env, log } = this.#options;
    this.#backing = await startBackingServers({
      dataDir: settings.dataDir,
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

  /** Starts everything else, awaits it and the way to it through the router. */
  async startMembers(progress: (text: string) => void): Promise<RunContext> {
    if (this.#backing === undefined) throw new Error('The backing servers are not started');
    const { settings, env, log } = this.#options;
    const { mongoUrl, natsUrl, redisUrl } = this.#backing;
    const secrets = readSecrets(settings);
    const { specs, around } = await planMembers({ settings, secrets, env, mongoUrl, natsUrl, redisUrl });
    for (const spec of specs) {
      this.#stopping.signal.throwIfAborted();
      const member = new SupervisedProcess(spec, { log, onChange: this.#list.write });
      this.#members.push(member);
      this.#list.add(member);
      member.start();
    }
    const waiting = new Set(this.#members.map(({ label }) => label));
    const tell = () => progress(`waiting for ${[...waiting].join(', ')}`);
    tell();
    await Promise.all(
      this.#members.map(async (member) => {
        await member.ready();
        waiting.delete(member.label);
        if (waiting.size > 0) tell();
      }),
    );
    await Promise.all(front.map(([path, status]) => this.#answers(`${around.routerUrl}${path}`, status)));
    return around;
  }

  /** Ends all of it in order: first whoever writes, then what is written to. At most 15 s in all. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Ends all of it at once. */
  kill(): void {
    this.#stopping.abort(new Error('everything is told to end'));
    for (const process of this.#list.all) process.kill();
    this.#list.remove();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('everything is told to end'));
    const [sandbox, others] = [
      this.#members.filter(({ spec }) => spec.name === 'stripe-sandbox'),
      this.#members.filter(({ spec }) => spec.name !== 'stripe-sandbox'),
    ];
    await Promise.all(others.map((member) => member.stop()));
    await Promise.all([...sandbox, ...this.#list.all].map((process) => process.stop()));
    this.#list.remove();
  }

  async #answers(url: string, status: number): Promise<void> {
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
