import type { Express } from 'express';
import type { Document } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Site } from '../http/index.ts';
import {
  createDeadLetters,
  createStreamKeeper,
  createTransport,
  deadLetterCollection,
  durableName,
  ListenerRunner,
  Relay,
  replayDeadLetters,
  streamCollections,
  type BusConfig,
  type DeadLetter,
  type Listener,
  type Transport,
} from '../messaging/index.ts';
import { Database, newId, type CollectionDefinition } from '../mongo/index.ts';
import type { EventWaits } from './event-waits.ts';
import type { Live } from './live.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { periodically } from './periodic.ts';
import { notedCurrency, priceCurrency, requireCurrency, type Prices } from './price-currency.ts';
import { openServer, type RunningServer } from './server.ts';
import { sessionEndings, type SessionEndings } from './session-endings.ts';
import type { Stoppable } from './stoppable.ts';

/** The settings that every service has. */
export interface ServiceConfig extends BusConfig {
  readonly HOST: string;
  readonly PORT: number;
  readonly MONGO_URL: string;
  readonly LOG_LEVEL: string;
}

/** What tests replace; everything else is real in tests too. */
export interface ServiceOverrides {
  /** Replaces the database's clock. */
  readonly now?: () => Date;
  /** This process's own clock, in milliseconds. */
  readonly ownTime?: () => number;
  readonly logger?: Logger;
  readonly transport?: (logger: Logger) => Transport;
  /** Receives every command that is sent to the database. */
  readonly onDatabaseCommand?: (command: Document) => void;
  /** How often the stream is checked and purged; every 20 seconds by default. */
  readonly tendStreamEveryMs?: number;
  /** How long a request waits for Redis before its process counts alone. */
  readonly redisTimeoutMs?: number;
}

export interface Plan {
  readonly collections: readonly CollectionDefinition[];
  readonly app: Express;
  readonly listeners: readonly Listener[];
  /** Of a service that stores prices: it starts only if they are in the configured currency. */
  readonly prices?: Prices;
  /** Started once the database is prepared. */
  readonly workers?: readonly (() => Stoppable)[];
  /** Of a service with routes. */
  readonly site?: Site & Stoppable;
  /** What tells it which sessions have ended, if that is heard from the broker. */
  readonly endings?: SessionEndings;
  /** Of a service whose clients follow what changes. */
  readonly live?: Live;
  /** Of a service whose requests wait for events. */
  readonly waits?: readonly Pick<EventWaits<unknown>, 'start' | 'endAll'>[];
  /** Open already; closed after the workers have stopped. */
  readonly resources?: readonly Stoppable[];
}

export interface RunningService {
  /** The address on which it listens. */
  readonly url: string;
  /** Resolves once the database is prepared and the listeners receive. */
  readonly ready: Promise<void>;
  isReady(): boolean;
  /** Drains, in order: readiness, requests in flight, listeners, workers, resources, outbox, broker, database. */
  stop(): Promise<void>;
}

/** What every service has: opened first and passed to its own wiring, whose result is given to `run`. */
export interface Service {
  readonly name: string;
  readonly logger: Logger;
  readonly database: Database;
  readonly relay: Relay;
  readonly transport: Pick<Transport, 'follow' | 'isConnected'>;
  readonly metrics: Metrics;
  /** The time by the database's clock: replicas agree on it, whatever the clocks of their machines show. */
  readonly now: () => Date;
  readonly newId: () => string;
  /** How long requests wait for Redis, if that is not as usual. */
  readonly redisTimeoutMs?: number | undefined;
  run(plan: Plan): Promise<RunningService>;
}

const outboxFlushMs = 2_000;
const endingsTimeoutMs = 5_000;
const replayEveryMs = 1_000;
const countEveryMs = 15_000;

/** Opens a service. Connections are made in the background: it also starts while a server is unreachable. */
export const openService = (name: string, config: ServiceConfig, overrides: ServiceOverrides = {}): Service => {
  const logger = overrides.logger ?? createLogger({ service: name, level: config.LOG_LEVEL });
  const metrics = new Metrics();
  const database = new Database({
    url: config.MONGO_URL,
    appName: name,
    logger,
    onCommand: overrides.onDatabaseCommand,
    ownTime: overrides.ownTime,
  });
  const now = overrides.now ?? (() => database.now());
  const transport = overrides.transport?.(logger) ?? createTransport(config, { clientName: name, logger });
  const relay = new Relay({ transport, logger, now, counters: metrics.relay });

  const keepStream = createStreamKeeper({
    transport,
    database,
    relay,
    now,
    newId,
    logger,
    metrics: metrics.stream,
    ...(overrides.tendStreamEveryMs === undefined ? {} : { everyMs: overrides.tendStreamEveryMs }),
  });

  const run = async (plan: Plan): Promise<RunningService> => {
    const deadLetters = createDeadLetters(database.collection<DeadLetter>(deadLetterCollection.name), now);
    const isHealthy = () => database.isUp();
    const runner = new ListenerRunner({
      service: name,
      transport,
      deadLetters,
      logger,
      counters: metrics.listeners,
      isHealthy,
    });
    const durables = plan.listeners.map(({ subject }) => durableName(name, subject));
    const letterCount = metrics.gauge('dead_letters', 'Dead letters stored at present');
    const parkedCount = metrics.gauge(
      'parked_events',
      'Events that wait for a replica of a newer version, which knows their values',
    );
    metrics.observed('database_up', '1 while the database is reachable', () => (database.isUp() ? 1 : 0));
    metrics.observed('broker_connected', '1 while the broker is connected', () => (transport.isConnected() ? 1 : 0));
    const state = { prepared: false, stopping: false };
    const workers: Stoppable[] = [];
    const server: RunningServer = await openServer({
      app: plan.app,
      host: config.HOST,
      port: config.PORT,
      isReady: () => state.prepared && !state.stopping && database.isUp(),
      metrics: metrics.registry,
      onClosing: () => {
        plan.live?.endAll();
        for (const waits of plan.waits ?? []) waits.endAll();
      },
    });
    logger.info({ url: server.url }, 'listening');

    const prepare = async () => {
      const { endings, prices } = plan;
      const ofSessions = endings === undefined ? [] : [sessionEndings];
      const ofPrices = prices === undefined ? [] : [priceCurrency];
      const noted = await database.prepare(
        [...plan.collections, deadLetterCollection, ...streamCollections, ...ofSessions, ...ofPrices],
        async () => (prices === undefined ? undefined : notedCurrency(database, prices)),
      );
      if (prices !== undefined && noted !== undefined) requireCurrency(prices.currency, noted);
      if (state.stopping) return;
      if (endings !== undefined) {
        const following = await endings.start();
        workers.push(following);
        // No session that has ended is accepted by a new replica, unless the broker does not say which those are.
        await Promise.race([following.caughtUp, delay(endingsTimeoutMs, undefined, { ref: false })]);
      }
      if (state.stopping) return;
      relay.start();
      for (const startWorker of [...keepStream, ...(plan.workers ?? [])]) workers.push(startWorker());
      if (plan.live !== undefined) workers.push(plan.live.start());
      for (const waits of plan.waits ?? []) workers.push(waits.start());
      workers.push(
        periodically({ name: 'replay of dead letters', periodMs: replayEveryMs, logger }, () =>
          replayDeadLetters({ service: name, deadLetters, listeners: plan.listeners, logger, isHealthy }),
        ),
        periodically({ name: 'count of dead letters', periodMs: countEveryMs, logger }, async () => {
          if (!isHealthy()) return;
          const count = await deadLetters.count();
          letterCount.set(count.deadLetters);
          parkedCount.set(count.parked);
          const expired = count.parked === 0 ? 0 : await deadLetters.expireParked();
          if (expired > 0) logger.error({ count: expired }, 'events parked for an hour are dead letters now');
          const unhandled = await deadLetters.expireReplays(durables);
          if (unhandled > 0) logger.error({ count: unhandled }, 'no listener handles these replayed dead letters');
        }),
      );
      state.prepared = true;
      // The service is ready without the broker: requests are served while the listeners wait for it.
      await runner.start(plan.listeners);
      logger.info('ready');
    };
    const ready = prepare();
    ready.catch((error: unknown) => {
      if (!state.stopping) logger.error({ err: error }, 'start-up failed');
    });

    const stop = async (): Promise<void> => {
      if (state.stopping) return;
      state.stopping = true;
      await server.drain();
      await runner.stop();
      await Promise.all(workers.map((worker) => worker.stop()));
      const resources = [...(plan.site === undefined ? [] : [plan.site]), ...(plan.resources ?? [])];
      await Promise.all(resources.map((resource) => resource.stop()));
      await relay.stop(outboxFlushMs);
      await transport.close();
      await database.close();
      logger.info('stopped');
    };
    return { url: server.url, ready, isReady: () => state.prepared && !state.stopping, stop };
  };

  const { redisTimeoutMs } = overrides;
  return { name, logger, database, relay, transport, metrics, now, newId, redisTimeoutMs, run };
};
