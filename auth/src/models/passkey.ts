import { defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Its id is that of its credential, so no two accounts have the same one. */
export const passkeys = defineCollection({
  name: 'passkeys',
  fields: {
    userId: { type: String, required: true },
    // 0 … maxPasskeys − 1.
    slot: { type: Number, required: true },
    name: { type: String, required: true },
    // In COSE form, base64url.
    publicKey: { type: String, required: true },
    // Of its signatures; 0 for good if its authenticator does not count.
    counter: { type: Number, required: true },
    // How the browser reaches its authenticator, separated by spaces.
    transports: { type: String, required: true },
    createdAt: { type: Date, required: true },
    // Begin of the session that has added it.
    sessionStartedAt: { type: Date, required: true },
    lastUsedAt: { type: Date },
  },
  // An account has at most `maxPasskeys`: a limit without a counter that concurrent requests could pass.
  indexes: [{ key: { userId: 1, slot: 1 }, unique: true, name: 'one_passkey_per_slot' }],
});

export type PasskeyDocument = DocumentOf<typeof passkeys>;
