import { orderCancelled, orderUpdated, type CancelReason, type Trace } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Deps } from '../deps.ts';
import { firstQuestion } from '../domain/closing.ts';
import { movedTo } from '../models/moved-to.ts';
import type { OrderDocument } from '../models/open-models.ts';

export interface UnpaidOrder {
  readonly orderId: string;
  readonly trace: Trace;
}

/**
 * Ends unpaid orders for this reason, each if it matches `condition`. One that is still `created` was never payable and is
 * cancelled. For one that awaits payment, money may have landed that this service has not heard of: it is closing from now
 * on, and only the answer of payments cancels or completes it. Returns for each order whether this call changed it.
 */
export const endUnpaidOrders = async (
  deps: Deps,
  orders: readonly UnpaidOrder[],
  { reason, condition = {} }: { readonly reason: CancelReason; readonly condition?: Filter<OrderDocument> },
): Promise<boolean[]> => {
  const now = deps.now();
  const made = await deps.orderStore.changeMany([
    ...orders.map(({ orderId, trace }) => ({
      filter: { ...condition, _id: orderId, status: 'created' as const },
      set: movedTo('cancelled', now, reason),
      unset: ['keepsTicket' as const],
      event: orderCancelled,
      trace,
    })),
    ...orders.map(({ orderId, trace }) => ({
      filter: { ...condition, _id: orderId, status: 'awaiting:payment' as const, closing: { $exists: false } },
      set: { closing: reason, closingQuestion: firstQuestion(now) },
      event: orderUpdated,
      trace,
    })),
  ]);
  return orders.map((_, index) => made[index] === true || made[orders.length + index] === true);
};

/** Ends unpaid orders whose deadlines have passed by this service's clock, the only one that decides. */
export const endOverdueOrders = (deps: Deps, overdue: readonly UnpaidOrder[]): Promise<boolean[]> =>
  endUnpaidOrders(deps, overdue, { reason: 'expired', condition: { expiresAt: { $lte: deps.now() } } });
