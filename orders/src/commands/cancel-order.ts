import { orderCancelled, type CancelReason, type OrderStatus, type Trace } from '@ticketing/common/events';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';
import { movedTo } from '../models/moved-to.ts';

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
    set: movedTo('cancelled', deps.now(), request.reason),
    unset: ['closingQuestion', 'keepsTicket'],
    event: orderCancelled,
    trace: request.trace,
  });
  return after !== null;
};
