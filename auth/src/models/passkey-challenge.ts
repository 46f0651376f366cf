import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** What a passkey signs, once; its id is the challenge. */
export const passkeyChallenges = defineCollection({
  name: 'passkey-challenges',
  fields: {
    purpose: { type: String, required: true, enum: ['add', 'sign-in'] },
    // Of the account that adds a passkey.
    userId: { type: String },
    expiresAt: { type: Date, required: true },
  },
  indexes: [{ key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 }],
});

export type PasskeyChallenge = DocumentOf<typeof passkeyChallenges>;
