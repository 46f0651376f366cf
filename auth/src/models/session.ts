import { sessionEnded, sessionState } from '@ticketing/common/events';
import { defineAggregate } from '@ticketing/common/messaging';
import type { DocumentOf } from '@ticketing/common/mongo';

/** Its id is the `sid` of its token. It has events only once it has ended. */
export const sessions = defineAggregate({
  type: 'session',
  collection: 'sessions',
  fields: {
    userId: { type: String, required: true },
    startedAt: { type: Date, required: true },
    // Of a request to auth, within some minutes; other services do not report requests.
    lastUsedAt: { type: Date, required: true },
    userAgent: { type: String },
    expiresAt: { type: Date, required: true },
    endedAt: { type: Date },
  },
  indexes: [{ key: { userId: 1, startedAt: -1 } }, { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 }],
  state: sessionState,
  events: [sessionEnded],
  republishAs: () => sessionEnded,
  outbox: 'later',
});

export type SessionDocument = DocumentOf<typeof sessions>;
