import type { EventMessage } from '../../events/index.ts';

/** An event, stored in its aggregate's document until the broker has acknowledged it. */
export interface OutboxEntry {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly time: Date;
  /** The aggregate's version after the change that this event reports. */
  readonly version: number;
  readonly correlationId: string;
  readonly traceId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Fields that every aggregate's document has in addition to its own. */
export interface AggregateDocument {
  readonly _id: string;
  readonly version: number;
  readonly outbox: readonly OutboxEntry[];
  /** When its last event was stored, or published if it had to wait; absent until the first write of a release that stores it. */
  readonly changedAt?: Date;
}

export const toMessage = (aggregateType: string, aggregateId: string, entry: OutboxEntry): EventMessage => ({
  id: entry.id,
  type: entry.type,
  schemaVersion: entry.schemaVersion,
  time: entry.time.toISOString(),
  aggregate: { type: aggregateType, id: aggregateId, version: entry.version },
  correlationId: entry.correlationId,
  traceId: entry.traceId,
  data: entry.data,
});
