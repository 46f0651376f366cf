import { findAddresses } from '@ticketing/audit/find-addresses';
import { auditProduct, finishedLimits, type Violation } from '@ticketing/watchdog/checks';
import { readSnapshot } from '@ticketing/watchdog/snapshot';
import { openSources, type Addresses, type Sources } from '@ticketing/watchdog/sources';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildServices, faultyEntry } from './build/build-services.ts';
import type { SourceEdit } from './build/guards.ts';
import { nextVersion } from './build/next-version.ts';
import { writeVersions, type Versions } from './build/versions.ts';
import { Injector, type Injected } from './faults/injector.ts';
import { planFaults } from './faults/schedule.ts';
import { readFaultCounts } from './inject/fault-counts.ts';
import { Accounts } from './load/accounts.ts';
import { findLost } from './load/acknowledged.ts';
import { followOrder } from './load/follow-order.ts';
import { openRetryingClient, type RetryingClient } from './load/retrying-client.ts';
import type { LoadContext } from './load/journeys.ts';
import { Ledger, lossesOf, type Loss } from './load/ledger.ts';
import { Market } from './load/market.ts';
import { runLoad } from './load/run-load.ts';
import { Counters } from './counters.ts';
import { percentile } from '@ticketing/test/percentile';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { startOwnStores, type OwnStores } from './network/own-stores.ts';
import { createRandom } from './random.ts';
import { recoveries, timeWithoutOutage, type OrderTime, type Recovery } from './report/recovery.ts';

export interface ChaosOptions {
  readonly orders: number;
  readonly kills: number;
  readonly seed: number;
  readonly replicas: number;
  /** Members of MongoDB and of NATS: 1 or 3. */
  readonly members: number;
  /** No fault is planned for longer; one that has had no effect yet goes on for up to a minute more. */
  readonly longestMs: number;
  /** How long an order holds its ticket. */
  readonly windowSeconds: number;
  /** Time after the last fault, in addition to those of a hold and of a delivery, in which all work must be finished. */
  readonly quietTimeoutMs: number;
  /** Edits that remove guards from the services. */
  readonly edits: readonly SourceEdit[];
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  readonly violations: readonly Violation[];
  readonly lost: readonly Loss[];
  /** Responses that the contract does not allow. */
  readonly unexpected: readonly string[];
  readonly injected: readonly Injected[];
  /** Number of message faults of each kind. */
  readonly disturbed: ReadonlyMap<string, number>;
  readonly orders: readonly OrderTime[];
  readonly paid: number;
  readonly cancelled: number;
  readonly journeys: ReadonlyMap<string, number>;
  /** Milliseconds from the acknowledged end of an order until its stream showed it, without outages. */
  readonly shownAfter: readonly number[];
  /** Responses of 5xx and 429, and requests without a response; all were retried. */
  readonly failures: number;
  readonly recoveries: readonly Recovery[];
  /** Time from the last fault until all work was finished; undefined if it was not. */
  readonly quietAfterMs: number | undefined;
  /** Whether it was interrupted, or reached its time limit. */
  readonly wasCutShort: boolean;
  /** Sums of the services' counters, by name and labels. */
  readonly counters: ReadonlyMap<string, number>;
  readonly began: number;
  readonly ended: number;
}

const root = join(import.meta.dirname, '..', '..', '..');

const progressEveryMs = 5_000;
/** Limits of a run's duration. */
const startMs = 10 * 60_000;
const msPerOrder = 1_000;
/** Time for the last killed process to restart. */
const restartTimeoutMs = 30_000;
/** Sellers have this long to deliver, much less than in the product. */
const deliverySeconds = 36;
/** So many streams must have been watched before their times are judged. */
const enoughStreams = 10;
const usuallyShownWithinMs = 5_000;
const users = { sellers: 12, buyers: 60 };

const signUpAll = async (market: Market, count: number, role: string) => {
  const all = [];
  for (let index = 0; index < count; index += 1) all.push(await market.signUp(`${role}-${index}@example.com`));
  return all;
};

/** A line if most streams were late: a fault delays few of them. */
const lateStreams = (shownAfter: readonly number[]): string[] => {
  const median = percentile(shownAfter, 0.5);
  return shownAfter.length >= enoughStreams && median > usuallyShownWithinMs
    ? [`half of the streams showed the end of their orders only after ${(median / 1000).toFixed(1)} s`]
    : [];
};

/**
 * Waits until every order is complete or cancelled, every delivery is decided, and the audit finds no violation and nothing
 * that waits; returns how long that took.
 */
const untilQuiet = async (
  sources: Sources,
  options: { readonly since: number; readonly withinMs: number; readonly signal: AbortSignal },
): Promise<number | undefined> => {
  while (performance.now() - options.since < options.withinMs && !options.signal.aborted) {
    try {
      const { violations } = await auditProduct(sources, { settleMs: 0, limits: finishedLimits });
      if (violations.length === 0) {
        const { orders, tickets } = await readSnapshot(sources);
        const haveEnded = orders.every(({ status }) => status === 'complete' || status === 'cancelled');
        if (haveEnded && tickets.every(({ dueAt }) => dueAt === undefined)) return performance.now() - options.since;
      }
    } catch {
      // A database is still coming back.
    }
    await delay(1_000);
  }
  return undefined;
};

const addressesOf = async (product: Product, stores: OwnStores): Promise<Addresses> => {
  const given = { MONGO_URL: stores.mongoUrl, NATS_URL: stores.natsUrl };
  const until = performance.now() + restartTimeoutMs;
  for (;;) {
    try {
      return await findAddresses({ DATA_DIR: product.dataDir, ...given }, root);
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(250);
    }
  }
};

const withProgress = async (
  state: () => string,
  log: (line: string) => void,
  action: () => Promise<void>,
): Promise<void> => {
  const timer = setInterval(() => log(state()), progressEveryMs);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
};

const exercise = async (
  product: Product,
  options: ChaosOptions,
  http: RetryingClient,
  faulty: { readonly stores: OwnStores; readonly versions: Versions },
): Promise<
  Omit<ChaosResult, 'failures' | 'violations' | 'lost' | 'quietAfterMs' | 'wasCutShort' | 'counters'> & {
    readonly ledger: Ledger;
    readonly accounts: Accounts;
  }
> => {
  const { orders, kills, log, seed, signal } = options;
  const ledger = new Ledger();
  const random = createRandom(seed);
  const plan = planFaults(createRandom(seed), {
    orders,
    kills,
    members: options.members,
    longestMs: options.longestMs,
    hasDisks: faulty.stores.hasDisks,
  });
  const market = new Market({ http, ledger, random, stopping: signal });
  const accounts = new Accounts(http, market);
  const injector = new Injector(product, faulty);
  const began = performance.now();
  try {
    const context: LoadContext = {
      market,
      accounts,
      followOrder: (order, ending) => followOrder(product.loopbackUrl, order, { ending, ledger, stopping: signal }),
      random,
      sellers: await signUpAll(market, users.sellers, 'seller'),
      buyers: await signUpAll(market, users.buyers, 'buyer'),
      released: [],
      stopping: signal,
    };
    const over = new AbortController();
    const state = () => {
      const seconds = Math.round((performance.now() - began) / 1000);
      const killed = injector.done.filter(({ kind }) => kind === 'kill').length;
      return `${seconds} s: ${ledger.orders.size} of ${orders} orders, ${ledger.paid.size} paid, ${killed} of ${kills} kills, ${injector.done.length - killed} other faults`;
    };
    await withProgress(state, log, async () => {
      // Faults that are left when all orders are acknowledged happen then.
      const injecting = injector.run(plan, () => (over.signal.aborted ? Infinity : ledger.orders.size));
      // Once more after the last order: no later order's alarm can then end the holds that remain.
      const onLastOrder = () => injector.inject({ kind: 'empty redis' });
      await runLoad(context, ledger, { orders, onLastOrder });
      over.abort();
      // An interrupted run injects no more of what is planned.
      if (signal.aborted) await injector.stop();
      await injecting;
      if (!signal.aborted) await injector.completeRollout();
    });
    log(state());
  } finally {
    await injector.stop();
  }
  const ended = performance.now();
  return {
    ledger,
    accounts,
    unexpected: ledger.unexpected,
    injected: injector.done,
    disturbed: readFaultCounts(product.dataDir),
    orders: ledger.times,
    paid: ledger.paid.size,
    cancelled: ledger.cancelled.size,
    journeys: ledger.journeys,
    shownAfter: ledger.shown.map(({ endedAt, shownAt }) => timeWithoutOutage(injector.done, endedAt, shownAt)),
    recoveries: recoveries(injector.done, ledger.times),
    began,
    ended,
  };
};

/** One run: a test build of the product, a load of whole journeys, faults by a schedule, and the audit at the end. */
export const runChaos = async (given: ChaosOptions): Promise<ChaosResult> => {
  // A product that accepts no more orders must fail the run.
  const limit = AbortSignal.timeout(startMs + given.orders * msPerOrder);
  const options = { ...given, signal: AbortSignal.any([given.signal, limit]) };
  const { edits, replicas, log, signal, windowSeconds } = options;
  // In a directory of its own, since services restart from it during the run.
  const build = join(root, '.cache', 'chaos', String(process.pid));
  log('building the services with faults');
  const bundles = { present: join(build, 'builds', 'present'), next: join(build, 'builds', 'next') };
  await buildServices(bundles.present, edits, faultyEntry('present'));
  await buildServices(bundles.next, [...edits, ...nextVersion], faultyEntry('next'));
  const versions = await writeVersions(build, {
    present: (service) => join(bundles.present, service, 'index.mjs'),
    next: (service) => join(bundles.next, service, 'index.mjs'),
  });
  log('starting the product');
  const stores = await startOwnStores({ members: given.members, log });
  if (!stores.hasDisks) log('without full disks: this user may not mount file systems');
  const started = await startProduct({
    settings: {
      MONGO_URL: stores.mongoUrl,
      NATS_URL: stores.natsUrl,
      NATS_STREAM_REPLICAS: String(given.members),
      TEST_BUILD: build,
      BUS: 'jetstream',
      REPLICAS: String(replicas),
      EXPIRATION_WINDOW_SECONDS: String(windowSeconds),
      DELIVERY_HOURS: String(deliverySeconds / 3600),
      DELIVERY_MIN_MINUTES: '0.1',
    },
  }).catch(async (error: unknown) => {
    await stores.stop();
    throw error;
  });
  const product = stores.join(started);
  const counters = new Counters(product);
  let failures = 0;
  const http = openRetryingClient(product.loopbackUrl, () => {
    failures += 1;
  });
  try {
    const { ledger, accounts, ...result } = await exercise(product, options, http, { stores, versions });
    const addresses = await addressesOf(product, stores);
    const sources = openSources(addresses, 'chaos');
    try {
      log('waiting until nothing is left to do');
      const quietAfterMs = await untilQuiet(sources, {
        since: result.ended,
        withinMs: options.quietTimeoutMs + (windowSeconds + deliverySeconds) * 1000,
        signal,
      });
      log('auditing the product');
      const { violations } = await auditProduct(sources, { limits: finishedLimits });
      const lost = [
        ...lossesOf('acknowledged', await findLost(ledger, addresses.mongoUrls)),
        ...(await accounts.findLost({ replicas, since: result.ended })),
        ...lossesOf('streams', ledger.unseen),
        ...lossesOf('late-streams', lateStreams(result.shownAfter)),
      ];
      await counters.read();
      return {
        ...result,
        failures,
        violations,
        lost,
        quietAfterMs,
        wasCutShort: signal.aborted,
        counters: counters.sums(),
      };
    } finally {
      await sources.close();
    }
  } finally {
    counters.stop();
    try {
      await http.close();
      await product.stop();
    } finally {
      await stores.stop();
      await rm(build, { recursive: true, force: true });
    }
  }
};
