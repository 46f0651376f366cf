import type { Transfer, TransferReversal } from '../domain/connect-records.ts';

export const transferReversalObject = (reversal: TransferReversal) => ({
  id: reversal.id,
  object: 'transfer_reversal',
  amount: reversal.amount,
  balance_transaction: reversal.balanceTransaction,
  created: reversal.created,
  currency: reversal.currency,
  destination_payment_refund: null,
  metadata: reversal.metadata,
  source_refund: null,
  transfer: reversal.transfer,
});

const shownReversals = 10;

/** Stripe's transfer object; `reversals` are all of it. */
export const transferObject = (transfer: Transfer, reversals: readonly TransferReversal[]) => ({
  id: transfer.id,
  object: 'transfer',
  amount: transfer.amount,
  amount_reversed: transfer.amountReversed,
  balance_transaction: transfer.balanceTransaction,
  created: transfer.created,
  currency: transfer.currency,
  description: transfer.description,
  destination: transfer.destination,
  destination_payment: transfer.destinationPayment,
  livemode: false,
  metadata: transfer.metadata,
  reversals: {
    object: 'list',
    data: reversals.toReversed().slice(0, shownReversals).map(transferReversalObject),
    has_more: reversals.length > shownReversals,
    url: `/v1/transfers/${transfer.id}/reversals`,
  },
  reversed: transfer.amountReversed === transfer.amount,
  source_transaction: transfer.sourceTransaction,
  source_type: 'card',
  transfer_group: transfer.transferGroup,
});
