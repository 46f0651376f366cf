import { orderCancelled, orderCreated, orderUpdated, type OrderStatus } from '@ticketing/common/events';
import type { OrderDocument } from '../models/index.ts';
import type { Deps } from './deps.ts';

/** Longer than the bus and the sweep of the outbox take: what has come of nothing by then has got lost. */
export const lostAfterMs = 30_000;

const eventOf = {
  created: orderCreated,
  'awaiting:payment': orderUpdated,
  complete: orderUpdated,
  cancelled: orderCancelled,
} as const satisfies Record<OrderStatus, unknown>;

/**
 * Publishes the orders' states once more, under new event ids and with the versions that they have. Of several replicas
 * one does it, and not again before half a minute has passed; an order that has moved on is left alone.
 */
export const tellAgain = async (
  deps: Deps,
  orders: readonly Pick<OrderDocument, '_id' | 'status'>[],
): Promise<number> => {
  const now = deps.now();
  const before = new Date(now.getTime() - lostAfterMs);
  const made = await deps.orderStore.republish(
    orders.map(({ _id, status }) => ({
      filter: { _id, status, republishedAt: { $not: { $gt: before } }, outbox: { $size: 0 } },
      set: { republishedAt: now },
      event: eventOf[status],
      trace: { correlationId: `told-again-${_id}`, traceId: deps.newId().padStart(32, '0') },
    })),
  );
  const count = made.filter(Boolean).length;
  deps.counters.toldAgain(count);
  return count;
};
