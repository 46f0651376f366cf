import { aggregateFields, type AggregateDocument } from '@ticketing/common/messaging';
import type { CollectionDefinition } from '@ticketing/common/mongo';
import { Schema } from 'mongoose';

export interface UserDocument extends AggregateDocument {
  /** Normalised: trimmed and in lower case. */
  readonly email: string;
  readonly passwordHash: string;
  readonly createdAt: Date;
}

const schema = new Schema(
  {
    ...aggregateFields,
    email: { type: String, required: true },
    passwordHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: 'version' },
);

// The database decides which of several sign-ups with one e-mail makes the account.
schema.index({ email: 1 }, { unique: true, name: 'one_account_per_email' });
schema.index({ 'outbox.time': 1 });

export const userCollection: CollectionDefinition = { name: 'users', schema };

/** Fields of the document that every event of a user carries; never the password's hash. */
export const userPublicState = { email: 'email' };
