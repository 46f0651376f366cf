import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { chargeStatuses, refundStatuses } from './statuses.ts';

export const chargeState = z.object({
  id: z.string(),
  version: z.number().int(),
  orderId: z.string(),
  /** From the order, for mails about sales of long ago; absent from charges that a release without them publishes. */
  buyerId: z.string().optional(),
  sellerId: z.string().optional(),
  ticketId: z.string().optional(),
  title: z.string().optional(),
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
  /** When the payment completed its order, whatever becomes of the money then. Absent of money that no order waited for. */
  completedAt: z.iso.datetime().optional(),
  /** What the sale is still worth, and the marketplace's share of it, in minor units. */
  left: z.number().int().optional(),
  fee: z.number().int().optional(),
  /** Minor units, in refunds that have succeeded or still may. */
  amountRefunded: z.number().int().optional(),
  /** Of the last refund. */
  refundStatus: z.enum(refundStatuses).optional(),
  /**
   * The last refunds that have not failed, disputes that were lost, and what was returned outside Stripe, oldest first; absent
   * of charges whose refunds a release without it recorded. `reason`: that of the cancelled order; `operator`, who has ordered the
   * refund; `support`, in Stripe's dashboard; `dispute`; or `outside_stripe`, in place of a refund that has failed.
   */
  returned: z
    .array(z.object({ id: z.string(), amount: z.number().int(), at: z.iso.datetime(), reason: z.string() }))
    .optional(),
  /** What the operator has given as the reason of the refund. */
  refundNote: z.string().optional(),
  /** The last dispute, with Stripe's status and reason. */
  dispute: z
    .object({
      id: z.string().optional(),
      amount: z.number().int().optional(),
      status: z.string(),
      reason: z.string(),
      /** When the bank withdrew the money; absent if it has only asked. */
      openedAt: z.iso.datetime().optional(),
    })
    .optional(),
  /** The time of the last problem of the buyer's that an operator has settled. */
  problemSettledAt: z.iso.datetime().optional(),
  /** When orders was first asked to agree to the release of the proceeds. */
  releasingAt: z.iso.datetime().optional(),
  /** When the proceeds became the seller's. */
  releasedAt: z.iso.datetime().optional(),
  /** When they were transferred to the seller's account at Stripe, and how much, in minor units. */
  paidOutAt: z.iso.datetime().optional(),
  paidOut: z.number().int().optional(),
});

export const chargeCreated = defineEvent('charge.created', chargeState);
export const chargeUpdated = defineEvent('charge.updated', chargeState);
/** The answer to a closing order: no money has come for it, and none can come any more. */
export const chargeClosed = defineEvent('charge.closed', z.object({ orderId: z.string() }));
export type ChargeState = z.infer<typeof chargeState>;
export type RefundStatus = (typeof refundStatuses)[number];
export type ChargeStatus = (typeof chargeStatuses)[number];
