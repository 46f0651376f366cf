import type { Collection, Filter } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { periodically } from '../../service/periodic.ts';
import type { Stoppable } from '../../service/stoppable.ts';
import { toMessage, type AggregateDocument, type OutboxEntry } from './outbox.ts';
import type { OutboundMessage, Transport } from '../bus/transport.ts';

/** Period of the sweep, and of removing published entries from their documents, many documents in one write. */
const periodMs = 1_000;
/** Far above `periodMs`, so that the sweep finds only what a dead or disconnected process has left. */
const abandonedAfterMs = 4_000;
/** Documents and events of each that a sweep reads: 16 MB at most, since an event has 4 KB at most. */
const sweepLimit = { documents: 500, events: 8 } as const;
/** Beyond this much, events wait in the database for the sweep. */
const maxBytes = 16 * 1024 * 1024;
const retryEveryMs = 200;
/**
 * Published events of one document that are removed before the period is over: well below `maxWaitingEvents`, so that
 * only a broker that does not keep up can make changes be refused, not the period.
 */
const clearAt = 16;
/**
 * After an event has waited this long, its document counts as changed when it is published: what the broker loses is found
 * by that time, with a margin of five minutes.
 */
const publishedLateAfterMs = 60_000;

export interface RelayCounters {
  published(count: number): void;
  swept(count: number): void;
  waiting(count: number): void;
}

/** The documents to republish at once: those that match, longest unchanged first. */
export interface RepublishPage {
  readonly filter: Filter<AggregateDocument>;
  readonly limit: number;
  /** Stored as the time of their last change. */
  readonly changedAt: Date;
}

export interface OutboxCollection {
  readonly aggregateType: string;
  /** The events of its documents. */
  readonly subjects: readonly string[];
  readonly collection: Collection<AggregateDocument>;
  /** Publishes current states again; returns how many. Absent where that is never needed. */
  readonly republish?: (page: RepublishPage) => Promise<number>;
}

/** The published events of one document, to be removed from it. */
interface Published {
  readonly ids: string[];
  isLate: boolean;
}

/** An event on its way to the broker. */
interface Pending {
  readonly writtenAt: Date;
  readonly collection: Collection<AggregateDocument>;
  readonly id: string;
  readonly message: OutboundMessage;
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
  readonly #maxBytes: number;
  readonly #collections: OutboxCollection[] = [];
  readonly #cleared = new Map<Collection<AggregateDocument>, Map<string, Published>>();
  readonly #waiting = new Map<string, Pending>();
  readonly #inFlight = new Set<string>();
  /** Size of the messages in `#inFlight`, those that wait included. */
  #bytes = 0;
  readonly #onStored = new Map<string, ((aggregateId: string, body: string) => void)[]>();
  /** Published but still in their documents, so that the sweep does not publish them again. */
  readonly #uncleared = new Set<string>();
  /** Ends with the present sweep, which may have read events before their removal. */
  #sweeping: Promise<void> = Promise.resolve();
  /** The removals that did not wait for the period, one after the other. */
  #clearing: Promise<void> = Promise.resolve();
  readonly #workers: Stoppable[] = [];

  constructor(options: {
    readonly transport: Transport;
    readonly logger: Logger;
    readonly now: () => Date;
    readonly counters: RelayCounters;
    /** Shortened by tests only. */
    readonly periodMs?: number;
    /** Lowered by tests only. */
    readonly maxBytes?: number;
  }) {
    this.#transport = options.transport;
    this.#logger = options.logger;
    this.#now = options.now;
    this.#counters = options.counters;
    this.#periodMs = options.periodMs ?? periodMs;
    this.#maxBytes = options.maxBytes ?? maxBytes;
  }

  get sources(): readonly OutboxCollection[] {
    return this.#collections;
  }

  /** Whether events are being published and there is room for many more; until then, nothing should be republished. */
  hasRoom(): boolean {
    return this.#transport.isConnected() && this.#bytes < this.#maxBytes / 4;
  }

  /** Adds a collection whose documents have an outbox; it needs an index on `outbox.time`. */
  register(collection: OutboxCollection): void {
    this.#collections.push(collection);
  }

  /** Calls `listener` with each event of the subject that this process has found stored, before it is published. */
  onStored(subject: string, listener: (aggregateId: string, body: string) => void): void {
    this.#onStored.set(subject, [...(this.#onStored.get(subject) ?? []), listener]);
  }

  start(): void {
    const every = (periodMs: number, name: string, action: () => Promise<void>) =>
      this.#workers.push(periodically({ name, periodMs, logger: this.#logger }, action));
    every(this.#periodMs, 'removal of published events', () => this.#clear());
    every(this.#periodMs, 'outbox sweep', () => {
      const sweep = this.#sweep();
      this.#sweeping = sweep.catch(() => undefined);
      return sweep;
    });
    every(retryEveryMs, 'retry of publications', () => this.#retry());
  }

  /**
   * Publishes entries that a write has just stored. Neither throws nor waits: failures are retried. Entries beyond
   * `maxBytes` stay in their document until the sweep publishes them.
   */
  publish(source: OutboxCollection, id: string, entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      if (this.#inFlight.has(entry.id)) continue;
      const body = JSON.stringify(toMessage(source.aggregateType, id, entry));
      for (const listener of this.#onStored.get(entry.type) ?? []) listener(id, body);
      if (this.#bytes + body.length > this.#maxBytes) continue;
      this.#inFlight.add(entry.id);
      this.#bytes += body.length;
      const message = { subject: entry.type, id: entry.id, body };
      void this.#send({ writtenAt: entry.time, collection: source.collection, id, message });
    }
  }

  /** Finishes pending publications and removes their entries, within `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    const end = performance.now() + timeoutMs;
    while (this.#inFlight.size > 0 && this.#transport.isConnected() && performance.now() < end) {
      await this.#retry();
      await delay(10);
    }
    await this.#clearing;
    await this.#tryClear();
  }

  async #send(pending: Pending): Promise<void> {
    const { writtenAt, collection, id, message } = pending;
    try {
      await this.#transport.publish(message);
    } catch {
      this.#waiting.set(message.id, pending);
      this.#counters.waiting(this.#waiting.size);
      return;
    }
    this.#uncleared.add(message.id);
    this.#inFlight.delete(message.id);
    this.#bytes -= message.body.length;
    this.#counters.published(1);
    const documents = this.#cleared.get(collection) ?? new Map<string, Published>();
    this.#cleared.set(collection, documents);
    const published = documents.get(id) ?? { ids: [], isLate: false };
    published.ids.push(message.id);
    published.isLate ||= this.#now().getTime() - writtenAt.getTime() > publishedLateAfterMs;
    documents.set(id, published);
    if (published.ids.length === clearAt) this.#clearing = this.#clearing.then(() => this.#tryClear());
  }

  async #retry(): Promise<void> {
    if (this.#waiting.size === 0 || !this.#transport.isConnected()) return;
    const pendings = [...this.#waiting.values()];
    this.#waiting.clear();
    await Promise.all(pendings.map((pending) => this.#send(pending)));
    this.#counters.waiting(this.#waiting.size);
  }

  async #tryClear(): Promise<void> {
    await this.#clear().catch((error: unknown) =>
      this.#logger.warn({ err: error }, 'published events not removed from their outboxes'),
    );
  }

  async #clear(): Promise<void> {
    for (const [collection, documents] of this.#cleared) {
      this.#cleared.delete(collection);
      const changedAt = this.#now();
      const operations = [...documents].map(([id, { ids, isLate }]) => ({
        updateOne: {
          filter: { _id: id },
          update: { $pull: { outbox: { id: { $in: ids } } }, ...(isLate ? { $max: { changedAt } } : {}) },
        },
      }));
      // If this fails the sweep publishes them again; consumers apply each event only once.
      try {
        if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false });
      } finally {
        void this.#forget([...documents.values()].flatMap(({ ids }) => ids));
      }
    }
  }

  async #forget(ids: readonly string[]): Promise<void> {
    await this.#sweeping;
    for (const id of ids) this.#uncleared.delete(id);
  }

  async #sweep(): Promise<void> {
    if (!this.#transport.isConnected()) return;
    const before = new Date(this.#now().getTime() - abandonedAfterMs);
    for (const source of this.#collections) {
      const documents = await source.collection
        .find(
          { 'outbox.time': { $lte: before } },
          // Oldest first: later events of a document are published after these.
          { projection: { outbox: { $slice: ['$outbox', sweepLimit.events] } }, limit: sweepLimit.documents },
        )
        .toArray();
      for (const document of documents) {
        const abandoned = document.outbox.filter(({ id }) => !this.#inFlight.has(id) && !this.#uncleared.has(id));
        this.#counters.swept(abandoned.length);
        this.publish(source, document._id, abandoned);
      }
    }
  }
}
