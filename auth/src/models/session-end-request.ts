import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/**
 * An operator's request to end all sessions of an account. A worker carries it out within a second; one that is an hour old
 * is deleted, also if nothing has carried it out.
 */
export const sessionEndRequests = defineCollection({
  name: 'session-end-requests',
  fields: {
    // An e-mail or the id of a user; removed once the request is carried out.
    account: { type: String },
    requestedAt: { type: Date, required: true },
    doneAt: { type: Date },
    // Absent when there is no such account.
    userId: { type: String },
  },
  indexes: [{ key: { requestedAt: 1 }, name: 'old_request', expireAfterSeconds: 60 * 60 }],
});

export type SessionEndRequest = DocumentOf<typeof sessionEndRequests>;
