import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/**
 * What an operator's command asks for, one document for each order. A worker carries it out within a second; one that is an
 * hour old is deleted, also if nothing has carried it out.
 */
export const operatorRequests = defineCollection({
  name: 'operator-requests',
  fields: {
    action: { type: String, required: true },
    orderId: { type: String, required: true },
    reason: { type: String, required: true },
    // Who runs the command, by the name of their account on that machine.
    by: { type: String, required: true },
    requestedAt: { type: Date, required: true },
    leasedUntil: { type: Date },
    doneAt: { type: Date },
    outcome: { type: String },
  },
  indexes: [
    { key: { requestedAt: 1 }, name: 'old_request', expireAfterSeconds: 60 * 60 },
    { key: { doneAt: 1, requestedAt: 1 }, name: 'open_requests' },
  ],
});

export type OperatorRequest = DocumentOf<typeof operatorRequests>;
