import type { Trace } from '@ticketing/common/events';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from './deps.ts';

/**
 * Cancels an order whose deadline has passed by this service's clock, which alone decides. Answers the milliseconds
 * that are still to wait, 0 when there is nothing left to do.
 */
export const expireOrder = async (
  deps: Deps,
  request: { readonly orderId: string; readonly trace: Trace },
): Promise<number> => {
  const order = await deps.orders.findOne({ _id: request.orderId }, { projection: { expiresAt: 1 } });
  if (order === null) return 0;
  const left = order.expiresAt.getTime() - deps.now().getTime();
  if (left > 0) return left;
  await cancelOrder(deps, { ...request, reason: 'expired' });
  return 0;
};
