import { orderCancelled, type Trace } from '@ticketing/common/events';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from './deps.ts';

/**
 * Cancels orders whose deadlines have passed by this service's clock, which alone decides. Answers for each the
 * milliseconds that are still to wait, 0 when there is nothing left to do.
 */
export const expireOrders = async (
  deps: Deps,
  expired: readonly { readonly orderId: string; readonly trace: Trace }[],
): Promise<number[]> => {
  const now = deps.now();
  const made = await deps.orderStore.changeMany(
    expired.map(({ orderId, trace }) => ({
      filter: { _id: orderId, status: { $in: [...unpaidStatuses] }, expiresAt: { $lte: now } },
      set: { status: 'cancelled', reason: 'expired' },
      event: orderCancelled,
      trace,
    })),
  );
  const rest = expired.filter((_, index) => made[index] !== true).map(({ orderId }) => orderId);
  if (rest.length === 0) return expired.map(() => 0);
  const early = await deps.orders
    .find({ _id: { $in: rest }, status: { $in: [...unpaidStatuses] } }, { projection: { expiresAt: 1 } })
    .toArray();
  const deadlines = new Map(early.map(({ _id, expiresAt }) => [_id, expiresAt.getTime()]));
  return expired.map(({ orderId }) => Math.max(0, (deadlines.get(orderId) ?? 0) - now.getTime()));
};
