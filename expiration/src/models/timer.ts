import { orderDeliveryDue, orderExpired, timerState, type OrderState, type Trace } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import type { DocumentOf } from '@ticketing/common/mongo';

const daySeconds = 24 * 60 * 60;

export const ringableByNextRing = 'ringable_by_next_ring';

/**
 * The timer of one order, with the order's id: of its hold first, and of its delivery once it is complete. It has no
 * `version` until its first ring.
 */
export const timers = defineAggregate({
  type: 'timer',
  collection: 'timers',
  fields: {
    // False once the order has ended or been delivered, or the deadline of its delivery has passed.
    armed: { type: Boolean, required: true },
    // The order is complete: the deadline is that of its delivery.
    isOfDelivery: { type: Boolean },
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
  events: [orderExpired, orderDeliveryDue],
});

export type TimerDocument = DocumentOf<typeof timers>;

/** The fields of a new timer but `armed`. */
export const newTimer = (order: OrderState, trace: Trace) => {
  const deadline = new Date(order.expiresAt);
  return { deadline, nextRingAt: deadline, rings: 0, trace, outbox: [] };
};

const keptIfOfDelivery = (kept: unknown, first: unknown) => ({ $cond: ['$isOfDelivery', kept, first] });

/**
 * Pipeline that turns the timer of an order into that of its delivery, once. A later deadline of the same delivery replaces an
 * earlier one, and an ended timer stays ended.
 */
export const timerOfDelivery = (dueAt: Date, trace: Trace) => {
  const latest = (field: string) => keptIfOfDelivery({ $max: [field, dueAt] }, dueAt);
  return [
    {
      $set: {
        isOfDelivery: true,
        armed: keptIfOfDelivery('$armed', true),
        deadline: latest('$deadline'),
        nextRingAt: latest('$nextRingAt'),
        rings: { $ifNull: ['$rings', 0] },
        trace: { $ifNull: ['$trace', { $literal: trace }] },
        endedAt: keptIfOfDelivery('$endedAt', '$$REMOVE'),
        outbox: { $ifNull: ['$outbox', []] },
      },
    },
  ];
};
