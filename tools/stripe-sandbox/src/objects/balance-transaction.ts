import type { BalanceTransaction } from '../domain/records.ts';

const categories: Readonly<Record<BalanceTransaction['type'], string>> = {
  charge: 'charge',
  refund: 'refund',
  refund_failure: 'refund_failure',
  adjustment: 'dispute',
  transfer: 'transfer',
  transfer_refund: 'transfer_reversal',
};

/** Stripe's balance transaction object. Its money is available at once. */
export const balanceTransactionObject = (row: BalanceTransaction) => ({
  id: row.id,
  object: 'balance_transaction',
  amount: row.amount,
  available_on: row.created,
  balance_type: 'payments',
  created: row.created,
  currency: row.currency,
  description: null,
  exchange_rate: null,
  fee: row.fee,
  fee_details:
    row.fee === 0
      ? []
      : [
          {
            amount: row.fee,
            application: null,
            currency: row.currency,
            description: 'Stripe processing fees',
            type: 'stripe_fee',
          },
        ],
  net: row.amount - row.fee,
  reporting_category: row.type === 'adjustment' && row.amount > 0 ? 'dispute_reversal' : categories[row.type],
  source: row.source,
  status: 'available',
  type: row.type,
});
