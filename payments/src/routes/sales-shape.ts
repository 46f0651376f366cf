import * as z from 'zod/mini';

/** The account that a seller is paid to, as HTTP shows it. Browsers load this file too. */
export const payoutAccountShape = z
  .object({
    status: z
      .enum(['none', 'pending', 'ready'])
      .check(z.describe('`pending` until Stripe knows all that it needs, and while it restricts the account')),
  })
  .register(z.globalRegistry, { id: 'PayoutAccount' });
