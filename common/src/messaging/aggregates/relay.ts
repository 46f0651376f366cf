import type { Collection } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { periodically } from '../../service/periodic.ts';
import type { Stoppable } from '../../service/stoppable.ts';
import { toMessage, type AggregateDocument, type OutboxEntry } from './outbox.ts';
import type { Transport } from '../bus/transport.ts';

/** Period of the sweep, and of removing published entries from their documents, many documents in one write. */
const periodMs = 1_000;
/** Far above `periodMs`, so that the sweep finds only what a dead or disconnected process has left. */
const abandonedAfterMs = 4_000;
const sweepLimit = 500;
/** Beyond this many, events wait in the database for the sweep. */
const maxWaiting = 10_000;
const retryEveryMs = 200;

export interface RelayCounters {
  published(count: number): void;
  swept(count: number): void;
  waiting(count: number): void;
}

export interface OutboxCollection {
  readonly aggregateType: string;
  readonly collection: Collection<AggregateDocument>;
}

interface Pending extends OutboxCollection {
  readonly id: string;
  readonly entry: OutboxEntry;
}

/**
 * Publishes the events in the aggregates' outboxes: right after the write, pipelined and in version order per aggregate;
 * and in a sweep those of a process that died between a write and its publication. Several relays may publish the same
 * document: events are delivered at least once.
 */
export class Relay {
  readonly #transport: Transport;
  readonly #logger: Logger;
  readonly #now: () => Date;
  readonly #counters: RelayCounters;
  readonly #periodMs: number;
  readonly #collections: OutboxCollection[] = [];
  readonly #cleared = new Map<Collection<AggregateDocument>, Map<string, string[]>>();
  readonly #waiting = new Map<string, Pending>();
  readonly #inFlight = new Set<string>();
  /** Published but still in their documents, so that the sweep does not publish them again. */
  readonly #uncleared = new Set<string>();
  readonly #workers: Stoppable[] = [];

  constructor(options: {
    readonly transport: Transport;
    readonly logger: Logger;
    readonly now: () => Date;
    readonly counters: RelayCounters;
    /** Shortened by tests only. */
    readonly periodMs?: number;
  }) {
    this.#transport = options.transport;
    this.#logger = options.logger;
    this.#now = options.now;
    this.#counters = options.counters;
    this.#periodMs = options.periodMs ?? periodMs;
  }

  /** Adds a collection whose documents have an outbox; it needs an index on `outbox.time`. */
  register(collection: OutboxCollection): void {
    this.#collections.push(collection);
  }

  start(): void {
    const every = (periodMs: number, name: string, action: () => Promise<void>) =>
      this.#workers.push(periodically({ name, periodMs, logger: this.#logger }, action));
    every(this.#periodMs, 'removal of published events', () => this.#clear());
    every(this.#periodMs, 'outbox sweep', () => this.#sweep());
    every(retryEveryMs, 'retry of publications', () => this.#retry());
  }

  /** Publishes entries that a write has just stored. Neither throws nor waits: failures are retried, or left to the sweep. */
  publish(source: OutboxCollection, id: string, entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      if (this.#inFlight.has(entry.id)) continue;
      this.#inFlight.add(entry.id);
      void this.#send({ ...source, id, entry });
    }
  }

  /** Finishes pending publications and removes their entries, within `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    const end = Date.now() + timeoutMs;
    while (this.#inFlight.size > 0 && this.#transport.isConnected() && Date.now() < end) {
      await this.#retry();
      await delay(10);
    }
    await this.#clear().catch((error: unknown) =>
      this.#logger.warn({ err: error }, 'published events not removed from their outboxes'),
    );
  }

  async #send(pending: Pending): Promise<void> {
    try {
      await this.#transport.publish({
        subject: pending.entry.type,
        id: pending.entry.id,
        body: JSON.stringify(toMessage(pending.aggregateType, pending.id, pending.entry)),
      });
    } catch {
      if (this.#waiting.size < maxWaiting) this.#waiting.set(pending.entry.id, pending);
      else this.#inFlight.delete(pending.entry.id);
      this.#counters.waiting(this.#waiting.size);
      return;
    }
    this.#waiting.delete(pending.entry.id);
    this.#uncleared.add(pending.entry.id);
    this.#inFlight.delete(pending.entry.id);
    this.#counters.published(1);
    const documents = this.#cleared.get(pending.collection) ?? new Map<string, string[]>();
    this.#cleared.set(pending.collection, documents);
    const ids = documents.get(pending.id);
    if (ids === undefined) documents.set(pending.id, [pending.entry.id]);
    else ids.push(pending.entry.id);
  }

  async #retry(): Promise<void> {
    if (this.#waiting.size === 0 || !this.#transport.isConnected()) return;
    const pendings = [...this.#waiting.values()];
    this.#waiting.clear();
    await Promise.all(pendings.map((pending) => this.#send(pending)));
    this.#counters.waiting(this.#waiting.size);
  }

  async #clear(): Promise<void> {
    for (const [collection, documents] of this.#cleared) {
      this.#cleared.delete(collection);
      const operations = [...documents].map(([id, ids]) => ({
        updateOne: { filter: { _id: id }, update: { $pull: { outbox: { id: { $in: ids } } } } },
      }));
      // If this fails the sweep publishes them again; consumers apply each event only once.
      try {
        if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false });
      } finally {
        for (const ids of documents.values()) for (const id of ids) this.#uncleared.delete(id);
      }
    }
  }

  async #sweep(): Promise<void> {
    if (!this.#transport.isConnected()) return;
    const before = new Date(this.#now().getTime() - abandonedAfterMs);
    for (const source of this.#collections) {
      const documents = await source.collection
        .find({ 'outbox.time': { $lte: before } }, { projection: { outbox: 1 }, limit: sweepLimit })
        .toArray();
      for (const document of documents) {
        const abandoned = document.outbox.filter(({ id }) => !this.#inFlight.has(id) && !this.#uncleared.has(id));
        this.#counters.swept(abandoned.length);
        this.publish(source, document._id, abandoned);
      }
    }
  }
}
