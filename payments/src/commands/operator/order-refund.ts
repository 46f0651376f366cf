import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { isUndecided } from '../../domain/dispute.ts';

export type RefundOutcome = 'ordered' | 'disputed' | 'under_way' | 'returned' | 'not_paid';

/**
 * Orders that all that is left of a payment is returned. One write marks the charge, so that the worker refunds it whatever
 * happens to this process. A refunded charge is marked again while the buyer is owed money of it, or an appeal against a
 * dispute has brought money back. While a dispute is open the bank has the money: the refund waits for its decision.
 */
export const orderRefund = async (
  deps: Deps,
  request: { readonly orderId: string; readonly reason: string; readonly by: string; readonly trace: Trace },
): Promise<RefundOutcome> => {
  const { orderId, reason, by, trace } = request;
  const now = deps.now();
  const isMarked = { $and: [{ $ifNull: ['$refundDue', false] }, { $ifNull: ['$refundOrdered', false] }] };
  const hasMoney = { $or: [{ owed: { $gt: 0 } }, { left: { $gt: 0 } }] };
  const before = await deps.payments.findOneAndUpdate(
    { _id: orderId, $or: [{ status: 'completed' }, { status: 'refunded', ...hasMoney }] },
    [
      {
        $set: {
          refundOrdered: { $cond: [isMarked, '$refundOrdered', { $literal: { at: now, reason, by } }] },
          refundDue: { $ifNull: ['$refundDue', { $literal: { due: now, ...trace } }] },
        },
      },
    ],
    { returnDocument: 'before', projection: { refundDue: 1, refundOrdered: 1, disputes: 1 } },
  );
  if (before?.disputes?.some(isUndecided) === true) return 'disputed';
  if (before !== null)
    return before.refundDue !== undefined && before.refundOrdered !== undefined ? 'under_way' : 'ordered';
  return (await deps.loadPayment(orderId))?.status === 'refunded' ? 'returned' : 'not_paid';
};
