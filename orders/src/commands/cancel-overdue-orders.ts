import { unpaidStatuses } from '../domain/order-status.ts';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';

/** An order this late must have lost its timer. */
const overdueMs = 60_000;
const limit = 200;

/** Cancels orders that are overdue by a minute: without their timers they would hold their tickets. Returns the number. */
export const cancelOverdueOrders = async (deps: Deps): Promise<number> => {
  const before = new Date(deps.now().getTime() - overdueMs);
  const overdue = await deps.orders
    .find(
      { status: { $in: [...unpaidStatuses] }, expiresAt: { $lt: before } },
      { projection: { _id: 1 }, limit, sort: { expiresAt: 1 } },
    )
    .toArray();
  let cancelled = 0;
  for (const { _id } of overdue) {
    const trace = { correlationId: `overdue-${_id}`, traceId: deps.newId().padStart(32, '0') };
    if (await cancelOrder(deps, { orderId: _id, reason: 'expired', trace })) cancelled += 1;
  }
  deps.metrics.overdueOrdersCancelled.inc(cancelled);
  return cancelled;
};
