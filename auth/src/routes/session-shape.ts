import * as z from 'zod/mini';

/** A session as HTTP shows it. Browsers load this file too. */
const sessionShape = z
  .object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    /** The browser's description of itself. */
    userAgent: z.string(),
    /** Whether it is the session of the request. */
    current: z.boolean(),
  })
  .register(z.globalRegistry, { id: 'Session' });

export const sessionsShape = z.array(sessionShape);
