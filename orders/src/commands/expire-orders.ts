import { orderCancelled } from '@ticketing/common/events';
import type { Outcome, Received } from '@ticketing/common/messaging';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';

/**
 * Cancels orders whose deadlines have passed by this service's clock, the only one that decides. The event of a timer that
 * rang too early is handled again at the deadline.
 */
export const expireOrders =
  (deps: Deps) =>
  async (expired: readonly Received<{ readonly orderId: string }>[]): Promise<Outcome[]> => {
    const now = deps.now();
    const made = await deps.orderStore.changeMany(
      expired.map(({ state, trace }) => ({
        filter: { _id: state.orderId, status: { $in: [...unpaidStatuses] }, expiresAt: { $lte: now } },
        set: { status: 'cancelled', reason: 'expired' },
        event: orderCancelled,
        trace,
      })),
    );
    const rest = expired.filter((_, index) => made[index] !== true).map(({ state }) => state.orderId);
    if (rest.length === 0) return expired.map(() => 'done');
    const early = await deps.orders
      .find({ _id: { $in: rest }, status: { $in: [...unpaidStatuses] } }, { projection: { expiresAt: 1 } })
      .toArray();
    const deadlines = new Map(early.map(({ _id, expiresAt }) => [_id, expiresAt.getTime()]));
    return expired.map(({ state }) => {
      const retryAfterMs = (deadlines.get(state.orderId) ?? 0) - now.getTime();
      return retryAfterMs > 0 ? { retryAfterMs } : 'done';
    });
  };
