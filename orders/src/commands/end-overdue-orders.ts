import { orderCancelled, orderUpdated, type Trace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { firstQuestion } from '../domain/closing.ts';

export interface OverdueOrder {
  readonly orderId: string;
  readonly trace: Trace;
}

/**
 * Ends unpaid orders whose deadlines have passed by this service's clock, the only one that decides. One that is still
 * `created` was never payable and is cancelled. For one that awaits payment, money may have landed that this service has not
 * heard of: it is closing from now on, and only the answer of payments cancels or completes it. Returns for each order
 * whether this call changed it.
 */
export const endOverdueOrders = async (deps: Deps, overdue: readonly OverdueOrder[]): Promise<boolean[]> => {
  const now = deps.now();
  const made = await deps.orderStore.changeMany([
    ...overdue.map(({ orderId, trace }) => ({
      filter: { _id: orderId, status: 'created' as const, expiresAt: { $lte: now } },
      set: { status: 'cancelled' as const, reason: 'expired' as const },
      unset: ['keepsTicket' as const],
      event: orderCancelled,
      trace,
    })),
    ...overdue.map(({ orderId, trace }) => ({
      filter: {
        _id: orderId,
        status: 'awaiting:payment' as const,
        expiresAt: { $lte: now },
        closing: { $exists: false },
      },
      set: { closing: 'expired' as const, closingQuestion: firstQuestion(now) },
      event: orderUpdated,
      trace,
    })),
  ]);
  return overdue.map((_, index) => made[index] === true || made[overdue.length + index] === true);
};
