import * as z from 'zod/mini';

/** The body of every error response; `field` is the invalid field of the input, with dots for nesting. */
export const errorsShape = z
  .object({
    errors: z.array(z.object({ message: z.string(), field: z.optional(z.string()) })).check(z.minLength(1)),
  })
  .register(z.globalRegistry, { id: 'Errors' });
