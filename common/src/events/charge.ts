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
  /** Minor units of `currency`. */
  amount: z.number().int(),
  currency: z.string(),
  /** The PaymentIntent at Stripe, once it is known. */
  stripeId: z.string().optional(),
  stripeRefundId: z.string().optional(),
  /** When the refund was recorded; absent if a release without this field recorded it. */
  refundedAt: z.iso.datetime().optional(),
});

export const chargeCreated = defineEvent('charge.created', chargeState);
export const chargeUpdated = defineEvent('charge.updated', chargeState);
/** The answer to a closing order: no money has come for it, and none can come any more. */
export const chargeClosed = defineEvent('charge.closed', z.object({ orderId: z.string() }));
export type ChargeState = z.infer<typeof chargeState>;
export type ChargeStatus = (typeof chargeStatuses)[number];
