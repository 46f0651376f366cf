import { chargeState, orderState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Longer than anything is mailed after it has happened. */
const keptSeconds = 7 * 24 * 60 * 60;

/**
 * The newest states of an order and of its charge, whose events arrive in any order. Its id is the order's; `firstEventAt` is
 * when the first event arrived.
 */
export const sales = defineCollection({
  name: 'sales',
  fields: {
    order: copyOf(orderState),
    charge: copyOf(chargeState),
    storedAt: { type: Date },
    firstEventAt: { type: Date },
  },
  renames: { heardAt: 'firstEventAt' },
  indexes: [{ key: { storedAt: 1 }, name: 'stored_long_ago', expireAfterSeconds: keptSeconds }],
});

export type Sale = DocumentOf<typeof sales>;
