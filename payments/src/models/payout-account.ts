import { userState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';
import { payoutStatuses } from '../domain/payout-account.ts';

/**
 * Where a user's proceeds go. Its id is the user's: the first event of the user makes it, or the account at Stripe does,
 * whichever comes first. It stays when the user's account is closed, for late events and for the ledger.
 */
export const payoutAccounts = defineCollection({
  name: 'payout-accounts',
  fields: {
    /** Without the e-mail. */
    user: copyOf(userState),
    /** The connected account at Stripe. */
    accountId: { type: String },
    /** How many earlier accounts of the user do not exist at Stripe any more. */
    goneAccounts: { type: Number },
    status: { type: String, enum: payoutStatuses },
    /** When the read of the account began that `status` is from. */
    readAt: { type: Date },
    /** When a request of the user last made the account be read. */
    checkedAt: { type: Date },
  },
  indexes: [
    {
      key: { accountId: 1 },
      name: 'by_account',
      unique: true,
      partialFilterExpression: { accountId: { $exists: true } },
    },
    // For those that are read at Stripe next.
    {
      key: { status: 1, readAt: 1 },
      name: 'by_last_read',
      partialFilterExpression: { accountId: { $exists: true } },
    },
  ],
});

export type PayoutAccount = DocumentOf<typeof payoutAccounts>;
