import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { endOverdueOrders } from './end-unpaid-orders.ts';
import { republishOrders } from './republish-orders.ts';

/**
 * Ends the orders whose timers have rung. A ring before the deadline by this service's clock has no effect: the sweep ends
 * the order. A ring for an order that has ended means that `expiration` missed its last event, which is republished.
 */
export const expireOrders =
  (deps: Deps) =>
  async (rings: readonly Received<{ readonly orderId: string }>[]): Promise<void> => {
    const made = await endOverdueOrders(
      deps,
      rings.map(({ state, trace }) => ({ orderId: state.orderId, trace })),
    );
    const rest = rings.filter((_, index) => made[index] !== true).map(({ state }) => state.orderId);
    if (rest.length === 0) return;
    const ended = await deps.orders
      .find({ _id: { $in: rest }, status: { $in: ['complete', 'cancelled'] } }, { projection: { status: 1 } })
      .toArray();
    if (ended.length > 0) await republishOrders(deps, ended);
  };
