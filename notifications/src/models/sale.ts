import { chargeState, orderState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Longer than anything is mailed after it has happened. */
const keptSeconds = 7 * 24 * 60 * 60;

/**
 * What recent events have said about an order and its charge, which arrive in any order. Its id is the order's; `heardAt` is
 * when the first of them arrived.
 */
export const sales = defineCollection({
  name: 'sales',
  fields: { order: copyOf(orderState), charge: copyOf(chargeState), storedAt: { type: Date }, heardAt: { type: Date } },
  indexes: [{ key: { storedAt: 1 }, name: 'stored_long_ago', expireAfterSeconds: keptSeconds }],
});

export type Sale = DocumentOf<typeof sales>;
