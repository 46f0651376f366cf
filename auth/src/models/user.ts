import { sessionsEnded, userClosed, userCreated, userState, userUpdated } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import { pendingMail, pendingMailIndex } from '@ticketing/common/mail';
import { listOf, objectOf, type DocumentOf } from '@ticketing/common/mongo';
import { endedSessions, expiryOf } from '../domain/sessions.ts';

const link = { fact: { type: String, required: true }, expiresAt: { type: Date, required: true } } as const;

export const users = defineAggregate({
  type: 'user',
  collection: 'users',
  fields: {
    // Normalised: trimmed and in lower case. Of a closed account a placeholder, which is no address.
    email: { type: String, required: true },
    // Empty once the account is closed.
    passwordHash: { type: String, required: true },
    emailVerified: { type: Boolean },
    passwordChangedAt: { type: Date },
    createdAt: { type: Date, required: true },
    closedAt: { type: Date },
    // By an operator; the later of the two counts.
    suspendedAt: { type: Date },
    reinstatedAt: { type: Date },
    // The operator's requests that did so last.
    suspensionRequest: { type: String },
    reinstatementRequest: { type: String },
    // Sessions that began before this time have ended, except one.
    sessionsFrom: { type: Date },
    keptSession: { type: String },
    // Begin of the latest session: what ends all sessions must not miss one that begins at the same moment.
    lastSignInAt: { type: Date },
    // The one link of each purpose that counts; removed by the write that does what it is for.
    verifyLink: objectOf(link),
    changeLink: objectOf({ ...link, email: { type: String, required: true } }),
    resetLink: objectOf(link),
    // Passkeys that were added by a session from before this time, that of the last reset, do not count.
    passkeysFrom: { type: Date },
    mail: pendingMail,
    // Ids of the mails that closing the account has dropped from `mail`, until the queue knows them.
    droppedMail: listOf({ id: { type: String, required: true } }),
    // What else is kept of a closed account, or passkeys that do not count, must still be deleted.
    cleanUpDue: { type: Boolean },
  },
  // The database decides which of several sign-ups with one e-mail makes the account.
  indexes: [
    { key: { email: 1 }, unique: true, name: 'one_account_per_email' },
    pendingMailIndex,
    { key: { cleanUpDue: 1 }, name: 'to_clean_up', partialFilterExpression: { cleanUpDue: true } },
  ],
  state: userState,
  events: [userCreated, userUpdated, userClosed],
  sideEvents: [sessionsEnded],
  republishAs: ({ closedAt }) => (closedAt === undefined ? userUpdated : userClosed),
  // Not once the tokens of these sessions have expired.
  republishWith: ({ _id, sessionsFrom, keptSession }, now) =>
    sessionsFrom === undefined || expiryOf(sessionsFrom) <= now
      ? undefined
      : { event: sessionsEnded, data: endedSessions(_id, { before: sessionsFrom, except: keptSession }) },
});

export type UserDocument = DocumentOf<typeof users>;
