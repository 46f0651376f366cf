import * as z from 'zod/mini';

/** A passkey as HTTP shows it. Browsers load this file too. */
export const passkeyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.optional(z.iso.datetime()),
  })
  .register(z.globalRegistry, { id: 'Passkey' });

export const passkeysShape = z.array(passkeyShape);
