import { orderCancelled, type CancelReason, type OrderStatus, type Trace } from '@ticketing/common/events';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';

export interface CancelOrder {
  readonly orderId: string;
  readonly reason: CancelReason;
  readonly trace: Trace;
  /** The statuses that this reason applies to; by default those of unpaid orders. */
  readonly onlyFrom?: readonly OrderStatus[];
}

/** Cancels an unpaid order, whose ticket is then free for others; returns whether this call did. */
export const cancelOrder = async (deps: Deps, request: CancelOrder): Promise<boolean> => {
  const after = await deps.orderStore.change({
    filter: { _id: request.orderId, status: { $in: [...(request.onlyFrom ?? unpaidStatuses)] } },
    set: { status: 'cancelled', reason: request.reason },
    unset: ['closingQuestion', 'keepsTicket'],
    event: orderCancelled,
    trace: request.trace,
  });
  return after !== null;
};
