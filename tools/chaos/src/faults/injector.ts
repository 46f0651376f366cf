import { allThreadsStopped } from '@ticketing/common/testing';
import { services } from '@ticketing/launcher/topology';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import type { Versions } from '../build/versions.ts';
import type { LinkState } from '../network/links.ts';
import type { OwnStores } from '../network/own-stores.ts';
import { readiness } from '../is-ready.ts';
import { readFaultCounts } from '../inject/fault-counts.ts';
import { stallOf, writeFaults, type BusFaults, type LateBus } from '../inject/faults.ts';
import type { Product, ProductProcess } from '@ticketing/test/start-product';
import { emptyStream, fillStream, readMaxBytes } from './full-stream.ts';
import { faultKinds } from './kinds.ts';
import { probe } from './probe.ts';
import { putStoreBack } from './put-back.ts';
import type { Fault, PlannedFault } from './schedule.ts';
import { deleteConsumer, findLeader, stepDown } from './stores.ts';

/** An injected fault. Times are from `performance.now()`. */
export interface Injected {
  readonly kind: Fault['kind'];
  readonly what: string;
  /** Why it could not be injected, or not be ended. */
  readonly problem?: string;
  /** Whether no order may have been possible meanwhile. */
  readonly isOutage: boolean;
  /** When it began: once its victim was there. */
  readonly at: number;
  readonly until: number;
}

/** `what` of a fault whose victim did not run, or on which it had no effect. */
export const noVictim = 'no victim';

/** After this long without a new order, the next fault happens regardless. */
const standstillMs = 8_000;
/** How long to wait for a victim that is restarting, or that other faults keep away. */
const victimTimeoutMs = 60_000;
/** How long a process that runs may take to respond. */
const probeTimeoutMs = 2_000;
/** How much longer a fault lasts that has had no effect yet. */
const effectTimeoutMs = 60_000;

/** Injects the faults of a schedule into a running product. */
export class Injector {
  readonly #product: Product;
  readonly #stores: OwnStores;
  readonly #versions: Versions;
  readonly #clocks = new Map<string, number>();
  readonly #stalled: string[] = [];
  readonly #buses: BusFaults[] = [];
  readonly #lateBuses: LateBus[] = [];
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly done: Injected[] = [];
  #slowStripe = 0;
  #streamMaxBytes: number | undefined;

  constructor(product: Product, { stores, versions }: { readonly stores: OwnStores; readonly versions: Versions }) {
    this.#product = product;
    this.#stores = stores;
    this.#versions = versions;
  }

  /** Resolves when the last fault has ended, or at `stop`. */
  async run(faults: readonly PlannedFault[], orders: () => number): Promise<void> {
    let progress = { orders: orders(), at: performance.now() };
    for (const { atOrder, fault } of faults) {
      while (orders() < atOrder && !this.#ending.signal.aborted) {
        if (orders() !== progress.orders) progress = { orders: orders(), at: performance.now() };
        if (performance.now() - progress.at > standstillMs) break;
        await this.#pause(20);
      }
      progress = { orders: orders(), at: performance.now() };
      if (this.#ending.signal.aborted) break;
      const running = this.inject(fault).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
    await Promise.all(this.#running);
  }

  /** Ends all current faults and starts no more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
    writeFaults(this.#product.dataDir, {});
    await this.#updateStripe({ delayMs: 0, failNext: null });
  }

  /** Injects one fault; resolves when it has ended. */
  async inject(fault: Fault): Promise<void> {
    let at = performance.now();
    const begin = () => {
      at = performance.now();
    };
    const result = await this.#perform(fault, begin).then(
      (what) => ({ what }),
      (error: unknown) => ({ what: noVictim, problem: error instanceof Error ? error.message : String(error) }),
    );
    const isOutage = result.what !== noVictim && faultKinds[fault.kind].isOutage?.(fault) === true;
    this.done.push({ kind: fault.kind, ...result, isOutage, at, until: performance.now() });
  }

  /** Calls `begin` when the fault begins, if it has waited for its victim. */
  async #perform(fault: Fault, begin: () => void): Promise<string> {
    switch (fault.kind) {
      case 'kill': {
        const victim = await this.#signal(fault.victim, fault.draw, 'SIGKILL');
        begin();
        return label(victim);
      }
      case 'freeze': {
        const victim = await this.#waitFor(async () => {
          const found = this.#find(fault.victim, fault.draw);
          const responds = found !== undefined && (await probe(found, probeTimeoutMs)) === 'response';
          return responds && this.#product.signal(found, 'SIGSTOP') ? found : undefined;
        });
        if (victim === undefined) return noVictim;
        begin();
        await allThreadsStopped(victim.pid, fault.ms).catch(() => undefined);
        const [whileFrozen] = await Promise.all([probe(victim, fault.ms), this.#pause(fault.ms)]);
        this.#product.signal(victim, 'SIGCONT');
        return whileFrozen === 'silent' ? label(victim) : noVictim;
      }
      case 'outage': {
        const killed = await this.#keepKilling(fault.ms, () => this.#processesNamed(fault.victim));
        return killed ? fault.victim : noVictim;
      }
      case 'minority': {
        const chosen = await this.#findRunning(fault.store, fault.draw);
        if (chosen === undefined) return noVictim;
        const killed = await this.#keepKilling(fault.ms, () =>
          this.#processesNamed(fault.store).filter(({ replica }) => replica === chosen.replica),
        );
        return killed ? label(chosen) : noVictim;
      }
      case 'leader': {
        const leader = await this.#untilDone(() => findLeader(this.#product, fault.store));
        if (leader === undefined) return noVictim;
        const signal = fault.how === 'killed' ? 'SIGKILL' : 'SIGSTOP';
        if (!this.#product.signal(leader, signal)) return noVictim;
        await this.#pause(fault.ms);
        if (fault.how === 'frozen') this.#product.signal(leader, 'SIGCONT');
        return `${label(leader)} ${fault.how}`;
      }
      case 'election':
        return (await this.#untilDone(() => stepDown(this.#product))) === undefined ? noVictim : 'stepped down';
      case 'partition': {
        const member = await this.#findRunning(fault.store, fault.draw);
        if (member === undefined) return noVictim;
        const others = this.#processesNamed(fault.store).filter(({ replica }) => replica !== member.replica);
        const disturbed = await this.#disturb(
          others.flatMap((other) => [
            [label(member), label(other)],
            [label(other), label(member)],
          ]),
          fault,
        );
        return disturbed ? `${label(member)} ${fault.state}` : noVictim;
      }
      case 'link': {
        const member = await this.#findRunning(fault.store, fault.draw);
        if (member === undefined) return noVictim;
        const disturbed = await this.#disturb([[fault.service, label(member)]], fault);
        return disturbed ? `${fault.service} → ${label(member)} ${fault.state}` : noVictim;
      }
      case 'consumer':
        return (await this.#untilDone(() => deleteConsumer(this.#product, fault.draw))) ?? noVictim;
      case 'stall': {
        const count = await this.#injectUntilCounted(this.#stalled, fault.service, fault.ms, [stallOf(fault.service)]);
        return count() > 0 ? `${fault.service} ${fault.ms / 1000} s` : noVictim;
      }
      case 'database': {
        const wasReady = await this.#waitFor(async () =>
          (await this.#readinessOf(fault.service)).includes(200) ? true : undefined,
        );
        if (wasReady === undefined) return noVictim;
        begin();
        const links = this.#processesNamed('mongod').map((member) => [fault.service, label(member)] as const);
        const [disturbed, unready] = await Promise.all([
          this.#disturb(links, fault),
          this.#becomesUnready(fault.service, fault.ms),
        ]);
        return disturbed && unready ? `${fault.service} ${fault.state} ${fault.ms / 1000} s` : noVictim;
      }
      case 'versions': {
        const replica = await this.#findRunning(fault.service, fault.draw);
        if (replica === undefined) return noVictim;
        const before = this.#countOf('startedNextVersion');
        this.#restartAs('next', replica);
        await this.#pause(fault.ms);
        this.#restartAs('present', replica);
        return this.#countOf('startedNextVersion') > before ? label(replica) : noVictim;
      }
      case 'full stream': {
        const count = await this.#keepStreamFull(fault.ms, begin);
        return count > 0 ? `${count} events refused` : noVictim;
      }
      case 'full disk': {
        const member = await this.#findRunning(fault.store, fault.draw);
        const restarted = member !== undefined && (await this.#fillDisk(member, fault.ms, begin));
        return restarted ? `${label(member)} ${fault.ms / 1000} s` : noVictim;
      }
      case 'store put back':
        return this.#putStoreBack(fault.ms);
      case 'empty redis':
        if ((await this.#untilDone(() => this.#emptyRedis())) === undefined) throw new Error('Redis was not reached');
        return 'emptied';
      case 'bus': {
        const count = await this.#injectUntilCounted(this.#buses, fault.faults, fault.ms, Object.keys(fault.faults));
        return count() > 0 ? `${count()} messages` : noVictim;
      }
      case 'late bus': {
        const kinds = ['publishedMuchLater', 'deliveredMuchLater'];
        const count = await this.#injectUntilCounted(this.#lateBuses, fault.late, fault.ms, kinds);
        await this.#pause(fault.late.byMs);
        return count() > 0 ? `${count()} by ${fault.late.byMs / 1000} s` : noVictim;
      }
      case 'stripe':
        return (await this.#updateStripe({ failNext: fault.problem })) ? fault.problem : noVictim;
      case 'slow stripe': {
        this.#slowStripe += 1;
        const isSlow = await this.#updateStripe({ delayMs: fault.delayMs });
        await this.#pause(fault.ms);
        this.#slowStripe -= 1;
        if (this.#slowStripe === 0) await this.#updateStripe({ delayMs: 0 });
        return isSlow ? `${fault.delayMs} ms` : noVictim;
      }
      case 'clock': {
        const replicas = this.#processesNamed(fault.service);
        const last = Math.max(1, replicas.length - 1);
        const changed = await this.#changeClocks(
          replicas.map((replica, index) => [replica, fault.offsetMs * (1 - (2 * index) / last)]),
          fault.ms,
        );
        return changed ? `${fault.service} ${formatOffset(fault.offsetMs)}` : noVictim;
      }
      case 'jump': {
        const replica = await this.#findRunning(fault.service, fault.draw);
        const changed = replica !== undefined && (await this.#changeClocks([[replica, fault.offsetMs]], fault.ms));
        return changed ? `${label(replica)} ${formatOffset(fault.offsetMs)}` : noVictim;
      }
    }
  }

  #processesNamed(name: string): ProductProcess[] {
    return this.#product.processes().filter((process) => process.name === name);
  }

  #find(name: string, draw: number): ProductProcess | undefined {
    const running = this.#processesNamed(name);
    return running[Math.floor(draw * running.length)];
  }

  /** Each link is that of the first party to the second one. Returns whether any of them had connections. */
  async #disturb(
    links: readonly (readonly [string, string])[],
    { state, ms }: { readonly state: LinkState; readonly ms: number },
  ): Promise<boolean> {
    const setAll = (next: LinkState) => links.map(([from, to]) => this.#stores.links.set(from, to, next));
    const connections = setAll(state);
    await this.#pause(ms);
    setAll('open');
    return connections.some((count) => count > 0);
  }

  #readinessOf(service: string): Promise<(number | undefined)[]> {
    return Promise.all(this.#processesNamed(service).map(({ url }) => readiness(url)));
  }

  /** Waits for `ms`, and returns whether a replica of the service has said meanwhile that it is not ready. */
  async #becomesUnready(service: string, ms: number): Promise<boolean> {
    const until = performance.now() + ms;
    let found = false;
    while (performance.now() < until && !this.#ending.signal.aborted) {
      found ||= (await this.#readinessOf(service)).includes(503);
      await this.#pause(250);
    }
    return found;
  }

  /** Once the product is at rest, only a replica of the next version handles what only the next version knows. */
  async completeRollout(): Promise<void> {
    for (const service of services) {
      const replica = await this.#findRunning(service, 0);
      if (replica === undefined) throw new Error(`${service} does not run`);
      this.#restartAs('next', replica);
    }
  }

  #restartAs(version: 'present' | 'next', { name, replica, url }: ProductProcess): void {
    this.#versions.set(url, version);
    const running = this.#processesNamed(name).find((process) => process.replica === replica);
    // Otherwise it is just being started again, perhaps in the version before.
    if (running !== undefined) this.#product.signal(running, 'SIGTERM');
  }

  /** Whether a fault of this duration goes on: for longer while it has no victim, since others may keep all from it. */
  #lasting(ms: number): (hasVictim: boolean) => boolean {
    const until = performance.now() + ms;
    return (hasVictim) => !this.#ending.signal.aborted && performance.now() < until + (hasVictim ? 0 : effectTimeoutMs);
  }

  /**
   * Adds a fault to those of the services, until the services have counted one of these kinds. Returns how many there have been
   * since.
   */
  async #injectUntilCounted<T>(faults: T[], fault: T, ms: number, kinds: readonly string[]): Promise<() => number> {
    const before = this.#countOf(...kinds);
    const count = () => this.#countOf(...kinds) - before;
    faults.push(fault);
    try {
      this.#updateServices();
      const lasts = this.#lasting(ms);
      while (lasts(count() > 0)) await this.#pause(100);
    } finally {
      faults.splice(faults.indexOf(fault), 1);
      this.#updateServices();
    }
    return count;
  }

  /** Returns how many events were refused; 0 if the stream cannot be emptied again. */
  async #keepStreamFull(ms: number, begin: () => void): Promise<number> {
    // Before the first of these faults.
    const maxBytes = (this.#streamMaxBytes ??= await this.#untilDone(() => readMaxBytes(this.#product)));
    if (maxBytes === undefined) return 0;
    begin();
    const before = this.#countOf('refusedByFullStream');
    const refused = () => this.#countOf('refusedByFullStream') - before;
    const lasts = this.#lasting(ms);
    while (lasts(refused() > 0)) {
      await fillStream(this.#product).catch(() => undefined);
      await this.#pause(500);
    }
    const emptied = await this.#untilDone(async () => {
      await emptyStream(this.#product, maxBytes);
      return true;
    });
    return emptied === true ? refused() : 0;
  }

  /** Returns whether the member has ended meanwhile: MongoDB ends itself, and NATS is restarted. */
  async #fillDisk(member: ProductProcess, ms: number, begin: () => void): Promise<boolean> {
    const disk = this.#stores.diskOf(member);
    if (disk === undefined) return false;
    const lasts = this.#lasting(ms);
    let hasEnded = false;
    await disk.fill();
    begin();
    try {
      while (lasts(hasEnded)) {
        hasEnded ||= this.#processesNamed(member.name).every(({ pid }) => pid !== member.pid);
        await this.#pause(100);
      }
    } finally {
      await disk.free();
    }
    return hasEnded;
  }

  async #putStoreBack(ms: number): Promise<string> {
    const until = performance.now() + ms + victimTimeoutMs;
    const lost = await this.#untilDone(async () => {
      const nats = await this.#findRunning('nats', 0);
      if (nats === undefined) return 0;
      return putStoreBack(
        { product: this.#product, stores: this.#stores, nats },
        {
          pause: () => this.#pause(ms),
          mayWait: () => performance.now() < until && !this.#ending.signal.aborted,
        },
      );
    });
    return lost === undefined || lost === 0 ? noVictim : `${lost} events lost`;
  }

  /** Returns whether there was anything to kill. */
  async #keepKilling(ms: number, victims: () => readonly ProductProcess[]): Promise<boolean> {
    const until = performance.now() + ms;
    let killed = false;
    while (performance.now() < until && !this.#ending.signal.aborted) {
      for (const victim of victims()) killed = this.#product.signal(victim, 'SIGKILL') || killed;
      await this.#pause(50);
    }
    return killed;
  }

  /** Tries again while the stores do not respond; undefined when they never do. */
  async #untilDone<T>(act: () => Promise<T>): Promise<T | undefined> {
    const until = performance.now() + victimTimeoutMs;
    do {
      try {
        return await act();
      } catch {
        await this.#pause(250);
      }
    } while (performance.now() < until && !this.#ending.signal.aborted);
    return undefined;
  }

  /** Waits until there is one, which may be restarting; undefined when there never is. */
  async #waitFor<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
    const until = performance.now() + victimTimeoutMs;
    while (performance.now() < until && !this.#ending.signal.aborted) {
      const found = await find();
      if (found !== undefined) return found;
      await this.#pause(50);
    }
    return undefined;
  }

  /** Sends the signal to one of the victim's replicas. */
  #signal(name: string, draw: number, signal: NodeJS.Signals): Promise<ProductProcess | undefined> {
    return this.#waitFor(() => {
      const victim = this.#find(name, draw);
      return victim !== undefined && this.#product.signal(victim, signal) ? victim : undefined;
    });
  }

  #findRunning(name: string, draw: number): Promise<ProductProcess | undefined> {
    return this.#waitFor(() => this.#find(name, draw));
  }

  /** Returns whether any of them has read its clock meanwhile. */
  async #changeClocks(offsets: readonly (readonly [ProductProcess, number])[], ms: number): Promise<boolean> {
    const before = this.#countOf('clockChanged');
    for (const [{ url }, offset] of offsets) this.#clocks.set(new URL(url).port, offset);
    this.#updateServices();
    await this.#pause(ms);
    for (const [{ url }] of offsets) this.#clocks.delete(new URL(url).port);
    this.#updateServices();
    return this.#countOf('clockChanged') > before;
  }

  #updateServices(): void {
    const bus = this.#buses.at(-1);
    const lateBus = this.#lateBuses.at(-1);
    writeFaults(this.#product.dataDir, {
      ...(bus === undefined ? {} : { bus }),
      ...(lateBus === undefined ? {} : { lateBus }),
      clocks: Object.fromEntries(this.#clocks),
      stalled: this.#stalled,
    });
  }

  /** How often faults of these kinds have happened in the services. */
  #countOf(...kinds: readonly string[]): number {
    const counts = readFaultCounts(this.#product.dataDir);
    return kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
  }

  /** Changes the sandbox's behaviour; returns whether it was reached. */
  async #updateStripe(behaviour: { readonly delayMs?: number; readonly failNext?: string | null }): Promise<boolean> {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const sandbox = this.#find('stripe-sandbox', 0);
      try {
        if (sandbox === undefined) throw new Error('the sandbox does not run');
        const response = await request(`${sandbox.url}/sandbox/behaviour`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(behaviour),
          headersTimeout: 2_000,
        });
        await response.body.dump();
        if (response.statusCode !== 200) throw new Error(`the sandbox returns ${response.statusCode}`);
        return true;
      } catch {
        await delay(100);
      }
    }
    return false;
  }

  async #emptyRedis(): Promise<'OK'> {
    const server = this.#find('redis', 0);
    if (server === undefined) throw new Error('Redis does not run');
    const redis = new Redis(server.url, { maxRetriesPerRequest: 1, retryStrategy: () => null, lazyConnect: true });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.flushall();
    } finally {
      redis.disconnect();
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}

const formatOffset = (ms: number): string => `${ms > 0 ? '+' : '−'}${Math.abs(ms) / 1000} s`;

const label = (process: ProductProcess | undefined): string =>
  process === undefined ? noVictim : `${process.name}-${process.replica}`;
