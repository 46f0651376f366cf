import type { Logger } from 'pino';
import { retiredDurables } from '../../events/index.ts';
import type { Database } from '../../mongo/index.ts';
import { periodically } from '../../service/periodic.ts';
import type { Stoppable } from '../../service/stoppable.ts';
import type { Relay } from '../aggregates/relay.ts';
import type { StreamSize, Transport } from '../bus/transport.ts';
import { requiredDurables } from '../listening/durable-name.ts';
import { createLossCheck, streamNotes, type StreamNote } from './loss-check.ts';
import { purgeStream, streamPurges, type StreamPurge } from './purge.ts';
import { continueRepublication, republications, type Republication } from './republications.ts';

/** The collections of every service that publishes. */
export const streamCollections = [streamNotes, streamPurges, republications];

/** An event that all have acknowledged is purged within two passes: e-mails of closed accounts must be gone within a minute. */
export const tendStreamEveryMs = 20_000;
const marginMs = 5 * 60_000;
const republishEveryMs = 1_000;
/**
 * A state that was not published for this long is published again, a few in each pass: it repairs copies that nothing else
 * repairs.
 */
const refresh = { afterMs: 24 * 60 * 60_000, limit: 17 } as const;

export interface StreamMetrics {
  stream(size: StreamSize): void;
  /** NATS has lost events. */
  lost(): void;
}

export interface StreamKeeperOptions {
  readonly transport: Transport;
  readonly database: Pick<Database, 'collection' | 'isUp'>;
  readonly relay: Pick<Relay, 'sources' | 'hasRoom'>;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  /** Shortened by tests only. */
  readonly everyMs?: number;
}

/**
 * Keeps the stream of events bounded, and repairs what the broker loses: after each connection and in each pass it compares
 * the stream with what this service knew of it, and one replica purges what every consumer has acknowledged. Returns the
 * workers to start once the database is prepared.
 */
export const createStreamKeeper = (options: StreamKeeperOptions): (() => Stoppable)[] => {
  const { transport, database, relay, now, newId, logger, metrics } = options;
  const requests = database.collection<Republication>(republications.name);
  const shared = { republications: requests, now, newId, marginMs };
  const notes = database.collection<StreamNote>(streamNotes.name);
  const checkLoss = createLossCheck({ ...shared, notes, logger, onLoss: () => metrics.lost() });
  const onFailure = (error: unknown) => logger.warn({ err: error }, 'the event store could not be checked');
  transport.guard({
    beforePublishing: (store) => checkLoss(store),
    onRewound: () =>
      void (transport.store === undefined ? undefined : checkLoss(transport.store, true).catch(onFailure)),
  });

  const periodMs = options.everyMs ?? tendStreamEveryMs;
  const tend = async (): Promise<void> => {
    const { store } = transport;
    if (store === undefined || !transport.isConnected() || !database.isUp()) return;
    for (const size of await store.sizes()) metrics.stream(size);
    await checkLoss(store);
    const isOurs = await purgeStream(
      {
        ...shared,
        purges: database.collection<StreamPurge>(streamPurges.name),
        subjects: relay.sources.flatMap(({ subjects }) => subjects),
        required: requiredDurables,
        retired: retiredDurables,
        everyMs: periodMs,
      },
      store,
    );
    if (isOurs && relay.hasRoom()) await refreshOldest();
  };

  const refreshOldest = async (): Promise<void> => {
    const before = new Date(now().getTime() - refresh.afterMs);
    const filter = { $or: [{ changedAt: { $lt: before } }, { changedAt: { $exists: false } }] };
    for (const { republish } of relay.sources) await republish?.({ filter, limit: refresh.limit, changedAt: now() });
  };

  return [
    () => periodically({ name: 'check and purge of the event stream', periodMs, logger }, tend),
    () =>
      periodically({ name: 'republications', periodMs: republishEveryMs, logger }, async () => {
        if (!database.isUp()) return;
        const { sources } = relay;
        await continueRepublication({ republications: requests, sources, now, hasRoom: () => relay.hasRoom() });
      }),
  ];
};
