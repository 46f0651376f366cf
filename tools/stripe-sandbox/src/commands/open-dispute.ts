import type { Charge, Dispute } from '../domain/records.ts';
import { disputeFee, newBalanceTransaction } from './balance-transaction.ts';
import { noResponse, type Change, type Context } from './change.ts';

/**
 * What the holders of some cards do after a charge: Stripe takes the amount, what is left of the charge by default, and its fee.
 * A bank that only inquires takes nothing.
 */
export const openDispute = (
  context: Context,
  charge: Charge,
  how: { readonly amount?: number | undefined; readonly isInquiry?: boolean } = {},
): Change => {
  const { amount = charge.amount - charge.amountRefunded, isInquiry = false } = how;
  // Nothing to dispute after a refund of everything.
  if (amount === 0) return { ...noResponse, records: [{ ...charge, disputeDue: false }] };
  const id = context.newId('dp');
  const withdrawn = newBalanceTransaction(context, {
    type: 'adjustment',
    amount: -amount,
    fee: disputeFee(charge.currency),
    currency: charge.currency,
    source: id,
  });
  const dispute: Dispute = {
    object: 'dispute',
    id,
    created: context.now(),
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    amount,
    currency: charge.currency,
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
    evidence: {},
    submissions: 0,
    metadata: {},
    balanceTransactions: isInquiry ? [] : [withdrawn.id],
  };
  return {
    ...noResponse,
    records: [dispute, { ...charge, disputeDue: false, dispute: id }, ...(isInquiry ? [] : [withdrawn])],
    events: [
      { type: 'charge.dispute.created', record: dispute },
      ...(isInquiry ? [] : [{ type: 'charge.dispute.funds_withdrawn' as const, record: dispute }]),
    ],
  };
};
