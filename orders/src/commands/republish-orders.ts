import { newTrace } from '@ticketing/common/events';
import type { OrderDocument } from '../models/open-models.ts';
import { eventOf } from '../models/order.ts';
import type { Deps } from '../deps.ts';

/** Longer than bus and outbox sweep take: an event without effect by then is presumed lost. */
export const presumedLostAfterMs = 30_000;

/**
 * Republishes the current states of orders, under new event ids and without raising their versions. One replica wins
 * each order, at most every 30 s; an order whose status has changed since it was read is skipped. Returns the number of
 * orders republished.
 */
export const republishOrders = async (
  deps: Deps,
  orders: readonly Pick<OrderDocument, '_id' | 'status'>[],
): Promise<number> => {
  const now = deps.now();
  const before = new Date(now.getTime() - presumedLostAfterMs);
  const made = await deps.orderStore.republish(
    orders.map(({ _id, status }) => ({
      filter: { _id, status, republishedAt: { $not: { $gt: before } }, outbox: { $size: 0 } },
      set: { republishedAt: now },
      event: eventOf[status],
      trace: newTrace(deps, `republished-${_id}`),
    })),
  );
  const count = made.filter(Boolean).length;
  deps.metrics.ordersRepublished.inc(count);
  return count;
};
