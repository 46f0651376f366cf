import { defineCollection, listOf, type DocumentOf } from '@ticketing/common/mongo';

/**
 * The double-entry ledger, which is only ever added to: one document for each movement of money, whose id is its cause. Amounts
 * are minor units, debits are positive, and the lines sum to zero.
 */
export const ledger = defineCollection({
  name: 'ledger',
  fields: {
    orderId: { type: String, required: true },
    at: { type: Date, required: true },
    currency: { type: String, required: true },
    lines: listOf({ account: { type: String, required: true }, amount: { type: Number, required: true } }),
  },
  indexes: [{ key: { orderId: 1 } }, { key: { at: 1 } }],
});

export type LedgerEntry = DocumentOf<typeof ledger>;
