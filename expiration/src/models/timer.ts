import { orderExpired, timerState, type OrderState, type Trace } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import type { DocumentOf } from '@ticketing/common/mongo';

const daySeconds = 24 * 60 * 60;

export const ringableByNextRing = 'ringable_by_next_ring';

/** The timer of one order, with the order's id. It has no `version` until its first ring. */
export const timers = defineAggregate({
  type: 'timer',
  collection: 'timers',
  fields: {
    // False once the order has ended.
    armed: { type: Boolean, required: true },
    // When the order expires.
    deadline: { type: Date, required: true },
    nextRingAt: { type: Date, required: true },
    rings: { type: Number, required: true },
    // Trace of the request that created the order; each ring carries it.
    trace: {
      correlationId: { type: String, required: true },
      traceId: { type: String, required: true },
    },
    endedAt: { type: Date },
  },
  indexes: [
    // For the watchdog, and for counting.
    { key: { nextRingAt: 1 }, partialFilterExpression: { armed: true }, name: 'armed_by_next_ring' },
    // Without the timers whose last ring is still in the outbox: while the broker is away, ringing does not read them.
    { key: { nextRingAt: 1 }, partialFilterExpression: { armed: true, outbox: [] }, name: ringableByNextRing },
    // Kept for longer than an order.created arrives late, and while its outbox is not empty. Should one come later still, its
    // timer rings and orders republishes the end of the order.
    {
      key: { endedAt: 1 },
      expireAfterSeconds: daySeconds,
      partialFilterExpression: { outbox: [] },
      name: 'ended_long_ago',
    },
  ],
  state: timerState,
  publicFields: { orderId: '_id' },
  events: [orderExpired],
});

export type TimerDocument = DocumentOf<typeof timers>;

/** The fields of a new timer but `armed`. */
export const newTimer = (order: OrderState, trace: Trace) => {
  const deadline = new Date(order.expiresAt);
  return { deadline, nextRingAt: deadline, rings: 0, trace, outbox: [] };
};
