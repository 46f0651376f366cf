import * as z from 'zod/mini';

/** A user as HTTP shows it. Browsers load this file too. */
export const userShape = z
  .object({ id: z.string(), email: z.email({ pattern: z.regexes.html5Email }), emailVerified: z.boolean() })
  .register(z.globalRegistry, { id: 'User' });

export const currentUserShape = z.object({ currentUser: z.nullable(userShape) });
