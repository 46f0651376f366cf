import { sessionsEnded, userClosed, userCreated, userState, userUpdated } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import type { DocumentOf } from '@ticketing/common/mongo';
import { endedSessions } from '../domain/sessions.ts';

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
    // Sessions that began before this time have ended, except one.
    sessionsFrom: { type: Date },
    keptSession: { type: String },
  },
  // The database decides which of several sign-ups with one e-mail makes the account.
  indexes: [{ key: { email: 1 }, unique: true, name: 'one_account_per_email' }],
  state: userState,
  events: [userCreated, userUpdated, userClosed],
  sideEvents: [sessionsEnded],
  republishAs: ({ closedAt }) => (closedAt === undefined ? userUpdated : userClosed),
  republishWith: ({ _id, sessionsFrom, keptSession }) =>
    sessionsFrom === undefined
      ? undefined
      : { event: sessionsEnded, data: endedSessions(_id, { before: sessionsFrom, except: keptSession }) },
});

export type UserDocument = DocumentOf<typeof users>;
