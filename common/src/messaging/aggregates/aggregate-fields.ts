import { Schema } from 'mongoose';

const outboxEntry = new Schema(
  {
    id: { type: String, required: true },
    type: { type: String, required: true },
    time: { type: Date, required: true },
  },
  { _id: false },
);

/** Fields of every aggregate's schema. */
export const aggregateFields = {
  _id: { type: String, required: true },
  outbox: { type: [outboxEntry], required: true },
} as const;
