import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/**
 * A request for a new password, whether the e-mail has an account or not: so the response takes the same time. A worker
 * carries it out within a second and deletes it.
 */
export const resetRequests = defineCollection({
  name: 'reset-requests',
  fields: { email: { type: String, required: true }, at: { type: Date, required: true } },
  indexes: [{ key: { at: 1 }, name: 'old_request', expireAfterSeconds: 60 * 60 }],
});

export type ResetRequest = DocumentOf<typeof resetRequests>;
