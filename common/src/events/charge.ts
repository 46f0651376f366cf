import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { chargeStatuses } from './statuses.ts';

export const chargeState = z.object({
  id: z.string(),
  version: z.number().int(),
  orderId: z.string(),
  status: z.enum(chargeStatuses),
  /** Declines so far. */
  attempts: z.number().int(),
  /** Cents. */
  amount: z.number().int(),
  currency: z.string(),
  /** The PaymentIntent at Stripe, once it is known. */
  stripeId: z.string().optional(),
  stripeRefundId: z.string().optional(),
});

export const chargeCreated = defineEvent('charge.created', chargeState);
export const chargeUpdated = defineEvent('charge.updated', chargeState);
export type ChargeState = z.infer<typeof chargeState>;
export type ChargeStatus = (typeof chargeStatuses)[number];
