import { orderCancelled, type CancelReason, type OrderStatus, type Trace } from '@ticketing/common/events';
import { statusesBefore } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';

export interface CancelOrder {
  readonly orderId: string;
  readonly reason: CancelReason;
  readonly trace: Trace;
  /** Narrower than "any order that may be cancelled", where the cause holds for some only. */
  readonly onlyFrom?: readonly OrderStatus[];
}

/** Cancels an order that may still be cancelled; answers whether this call did it. */
export const cancelOrder = async (deps: Deps, request: CancelOrder): Promise<boolean> => {
  const after = await deps.orderStore.change({
    filter: { _id: request.orderId, status: { $in: [...(request.onlyFrom ?? statusesBefore('cancelled'))] } },
    set: { status: 'cancelled', reason: request.reason },
    event: orderCancelled,
    trace: request.trace,
  });
  return after !== null;
};
