import { userClosed, userCreated, userState, userUpdated } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import type { DocumentOf } from '@ticketing/common/mongo';

export const users = defineAggregate({
  type: 'user',
  collection: 'users',
  fields: {
    // Normalised: trimmed and in lower case.
    email: { type: String, required: true },
    passwordHash: { type: String, required: true },
    emailVerified: { type: Boolean },
    passwordChangedAt: { type: Date },
    createdAt: { type: Date, required: true },
    closedAt: { type: Date },
  },
  // The database decides which of several sign-ups with one e-mail makes the account.
  indexes: [{ key: { email: 1 }, unique: true, name: 'one_account_per_email' }],
  state: userState,
  events: [userCreated, userUpdated, userClosed],
  republishAs: () => userUpdated,
});

export type UserDocument = DocumentOf<typeof users>;
