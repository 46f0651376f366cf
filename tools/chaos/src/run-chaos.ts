import { findAddresses } from '@ticketing/audit/find-addresses';
import { openBooks, readBooks, type Addresses, type Books } from '@ticketing/watchdog/books';
import { auditBooks, type Violation } from '@ticketing/watchdog/checks';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildServices } from './build/build-services.ts';
import type { SourceEdit } from './build/guards.ts';
import { Injector, type Injected } from './faults/injector.ts';
import { planFaults } from './faults/schedule.ts';
import { readTallies } from './inject/tally.ts';
import { findLost } from './load/acknowledged.ts';
import { openRetryingClient } from './load/retrying-client.ts';
import type { World } from './load/journeys.ts';
import { Ledger } from './load/ledger.ts';
import { Market } from './load/market.ts';
import { runLoad } from './load/run-load.ts';
import { Counters } from './counters.ts';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { createRandom } from './random.ts';
import { recoveries, type OrderTime, type Recovery } from './report/recovery.ts';

export interface ChaosOptions {
  readonly orders: number;
  readonly kills: number;
  readonly seed: number;
  readonly replicas: number;
  /** How long an order holds its ticket. */
  readonly windowSeconds: number;
  /** Nothing may be stuck for longer after the last fault; holds have their own time besides. */
  readonly quietWithinMs: number;
  /** What is taken out of the services. */
  readonly edits: readonly SourceEdit[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  readonly violations: readonly Violation[];
  /** What was acknowledged and is not so. */
  readonly lost: readonly string[];
  /** Answers that no contract allows. */
  readonly surprises: readonly string[];
  readonly injected: readonly Injected[];
  /** Faults of messages, by kind. */
  readonly disturbed: ReadonlyMap<string, number>;
  readonly orders: readonly OrderTime[];
  readonly paid: number;
  readonly cancelled: number;
  readonly journeys: ReadonlyMap<string, number>;
  /** Answers of 5xx and 429, and requests without an answer, all of which were made again. */
  readonly failures: number;
  readonly recoveries: readonly Recovery[];
  /** From the last fault until nothing was left to do; undefined when that did not come. */
  readonly quietAfterMs: number | undefined;
  /** Sums of the services' counters, by name and labels, as far as they were read. */
  readonly counters: ReadonlyMap<string, number>;
  readonly began: number;
  readonly ended: number;
}

const root = join(import.meta.dirname, '..', '..', '..');

const sayEveryMs = 5_000;
/** The slowest that a run may be. */
const startMs = 10 * 60_000;
const msPerOrder = 1_000;
/** What was killed last is started again. */
const backWithinMs = 30_000;
const people = { sellers: 12, buyers: 60 };

const signUpAll = async (market: Market, count: number, role: string) => {
  const all = [];
  for (let index = 0; index < count; index += 1) all.push(await market.signUp(`${role}-${index}@example.com`));
  return all;
};

/** Waits until every order has come to its end and the books are in order; answers how long that took. */
const untilQuiet = async (
  books: Books,
  options: { readonly since: number; readonly withinMs: number; readonly signal: AbortSignal },
): Promise<number | undefined> => {
  while (performance.now() - options.since < options.withinMs && !options.signal.aborted) {
    try {
      const { violations } = await auditBooks(books, { settleMs: 0, limits: { confirmWithinMs: 5_000 } });
      if (violations.length === 0) {
        const { orders } = await readBooks(books);
        if (orders.every(({ status }) => status === 'complete' || status === 'cancelled'))
          return performance.now() - options.since;
      }
    } catch {
      // A database is still coming back.
    }
    await delay(1_000);
  }
  return undefined;
};

const addressesOf = async (product: Product): Promise<Addresses> => {
  const until = performance.now() + backWithinMs;
  for (;;) {
    try {
      return await findAddresses({ DATA_DIR: product.dataDir }, root);
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(250);
    }
  }
};

const withProgress = async (
  state: () => string,
  say: (line: string) => void,
  action: () => Promise<void>,
): Promise<void> => {
  const timer = setInterval(() => say(state()), sayEveryMs);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
};

const exercise = async (
  product: Product,
  options: ChaosOptions,
): Promise<Omit<ChaosResult, 'violations' | 'lost' | 'quietAfterMs' | 'counters'> & { ledger: Ledger }> => {
  const { orders, kills, say, seed, signal } = options;
  const ledger = new Ledger();
  let failures = 0;
  const http = openRetryingClient(product.loopbackUrl, () => {
    failures += 1;
  });
  const random = createRandom(seed);
  const plan = planFaults(createRandom(seed), { orders, kills });
  const market = new Market({ http, ledger, random, stopping: signal });
  const injector = new Injector(product);
  const began = performance.now();
  try {
    const world: World = {
      market,
      random,
      sellers: await signUpAll(market, people.sellers, 'seller'),
      buyers: await signUpAll(market, people.buyers, 'buyer'),
      released: [],
      stopping: signal,
    };
    const over = new AbortController();
    const state = () => {
      const seconds = Math.round((performance.now() - began) / 1000);
      const killed = injector.done.filter(({ kind }) => kind === 'kill').length;
      return `${seconds} s: ${ledger.orders.size} of ${orders} orders, ${ledger.paid.size} paid, ${killed} of ${kills} kills, ${injector.done.length - killed} other faults`;
    };
    await withProgress(state, say, async () => {
      // What the schedule has left when the orders are done is done all the same.
      const injecting = injector.run(plan, () => (over.signal.aborted ? Infinity : ledger.orders.size));
      // Once more when no later order's alarm can ring for those that are still held.
      const onLastOrder = () => injector.inject({ kind: 'empty redis' });
      await runLoad(world, ledger, { orders, onLastOrder });
      over.abort();
      await injecting;
    });
    say(state());
  } finally {
    await injector.stop();
    await http.close();
  }
  const ended = performance.now();
  return {
    ledger,
    surprises: ledger.surprises,
    injected: injector.done,
    disturbed: readTallies(product.dataDir),
    orders: ledger.times,
    paid: ledger.paid.size,
    cancelled: ledger.cancelled.size,
    journeys: ledger.journeys,
    failures,
    recoveries: recoveries(injector.done, ledger.times),
    began,
    ended,
  };
};

/** One run: a test build of the product, a load of whole journeys, faults by a schedule, and the audit at the end. */
export const runChaos = async (given: ChaosOptions): Promise<ChaosResult> => {
  // A product that makes no orders any more is to fail, not to be waited for.
  const limit = AbortSignal.timeout(startMs + given.orders * msPerOrder);
  const options = { ...given, signal: AbortSignal.any([given.signal, limit]) };
  const { edits, replicas, say, signal, windowSeconds } = options;
  // Of its own: a service that is started again must not be another run's.
  const build = join(root, '.cache', 'chaos', String(process.pid));
  say('building the services with faults');
  await buildServices(build, edits);
  say('starting the product');
  const product = await startProduct({
    settings: {
      TEST_BUILD: build,
      BUS: 'jetstream',
      REPLICAS: String(replicas),
      EXPIRATION_WINDOW_SECONDS: String(windowSeconds),
    },
  });
  const counters = new Counters(product);
  try {
    const { ledger, ...result } = await exercise(product, options);
    const addresses = await addressesOf(product);
    const books = openBooks(addresses, 'chaos');
    try {
      say('waiting until nothing is left to do');
      const quietAfterMs = await untilQuiet(books, {
        since: performance.now(),
        withinMs: options.quietWithinMs + windowSeconds * 1000,
        signal,
      });
      say('auditing the books');
      const { violations } = await auditBooks(books);
      const lost = await findLost(ledger, addresses.mongoUrls);
      await counters.read();
      return { ...result, violations, lost, quietAfterMs, counters: counters.sums() };
    } finally {
      await books.close();
    }
  } finally {
    counters.stop();
    await product.stop();
    await rm(build, { recursive: true, force: true });
  }
};
