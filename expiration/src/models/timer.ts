import type { OrderState, Trace } from '@ticketing/common/events';
import { aggregateFields, streamMaxAgeMs, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';

/** The timer of one order; its id is the order's. Its `version` begins, absent until then, with its first ring. */
export interface TimerDocument extends AggregateDocument {
  /** Rings until its order has ended. */
  readonly armed: boolean;
  /** When the order runs out. */
  readonly deadline: Date;
  readonly nextRingAt: Date;
  readonly rings: number;
  /** The story that the order began with, which its rings go on telling. */
  readonly trace: Trace;
  readonly endedAt?: Date;
}

const schema = new Schema(
  {
    ...aggregateFields,
    armed: { type: Boolean, required: true },
    deadline: { type: Date, required: true },
    nextRingAt: { type: Date, required: true },
    rings: { type: Number, required: true },
    trace: {
      correlationId: { type: String, required: true },
      traceId: { type: String, required: true },
    },
    endedAt: { type: Date },
  },
  { versionKey: 'version' },
);

const dayMs = 24 * 60 * 60 * 1000;

schema.index({ nextRingAt: 1 }, { partialFilterExpression: { armed: true }, name: 'armed_by_next_ring' });
// Kept until no order.created can come that would arm it again, and as long as it has something to publish.
schema.index(
  { endedAt: 1 },
  {
    expireAfterSeconds: (streamMaxAgeMs + dayMs) / 1000,
    partialFilterExpression: { outbox: [] },
    name: 'ended_long_ago',
  },
);
schema.index({ 'outbox.time': 1 });

export const timerCollection: CollectionDefinition = { name: 'timers', schema };

/** Fields of the document that order.expired carries. */
export const timerPublicState = { orderId: '_id' };

/** A timer as it is first stored, apart from whether it is armed. */
export const newTimer = (order: OrderState, trace: Trace) => {
  const deadline = new Date(order.expiresAt);
  return { deadline, nextRingAt: deadline, rings: 0, trace, outbox: [] };
};
