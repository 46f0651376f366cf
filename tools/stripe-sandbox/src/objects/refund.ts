import type { Refund } from '../domain/records.ts';

/** Stripe's refund object; what it is related to are ids, or objects where they are expanded. */
export const refundObject = (
  refund: Refund,
  {
    charge = refund.charge,
    paymentIntent = refund.paymentIntent,
    failure = refund.failureBalanceTransaction,
  }: { readonly charge?: unknown; readonly paymentIntent?: unknown; readonly failure?: unknown } = {},
) => ({
  id: refund.id,
  object: 'refund',
  amount: refund.amount,
  balance_transaction: refund.balanceTransaction,
  charge,
  created: refund.created,
  currency: refund.currency,
  customer: null,
  customer_account: null,
  destination_details: { card: { type: 'refund' }, type: 'card' },
  metadata: refund.metadata,
  payment_intent: paymentIntent,
  payment_method: refund.paymentMethod,
  reason: refund.reason,
  receipt_number: null,
  source_transfer_reversal: null,
  status: refund.status,
  ...(refund.status === 'pending' ? { pending_reason: 'processing' } : {}),
  ...(refund.failureBalanceTransaction === null
    ? {}
    : { failure_balance_transaction: failure, failure_reason: 'expired_or_canceled_card' }),
  transfer_reversal: null,
});
