import { chargeStatuses, refundStatuses } from '@ticketing/common/events';
import * as z from 'zod/mini';

const nextActionShape = z.object({
  url: z.string().check(z.describe("The page of the buyer's bank, on which the payment is to be confirmed")),
});

/** A charge as HTTP shows it. Its amount is in minor units, as at Stripe, unlike the prices of other views. Browsers load this file too. */
export const chargeShape = z
  .object({
    id: z.string(),
    orderId: z.string(),
    version: z.int().check(z.minimum(0)),
    status: z.enum(chargeStatuses),
    attempts: z.int().check(z.minimum(0), z.describe('Declines so far')),
    amount: z.int().check(z.minimum(1), z.describe('Minor units of the currency')),
    currency: z.string().check(z.regex(/^[a-z]{3}$/), z.describe('ISO 4217, in lower case')),
    stripeId: z.optional(z.string().check(z.describe('The PaymentIntent; absent until Stripe has made it'))),
    completedAt: z.optional(z.iso.datetime().check(z.describe('When it was paid'))),
    stripeRefundId: z.optional(z.string()),
    amountRefunded: z.optional(
      z.int().check(z.minimum(0), z.describe('Minor units in refunds that have succeeded or still may')),
    ),
    refundStatus: z.optional(z.enum(refundStatuses).check(z.describe('Of the last refund'))),
    returnedOutsideStripe: z.optional(
      z
        .int()
        .check(z.minimum(1), z.describe('Minor units that we have returned in another way, after a refund failed')),
    ),
    owed: z.optional(
      z
        .int()
        .check(
          z.minimum(1),
          z.describe('Minor units that we owe to the buyer: paid too late, or sent back by the bank'),
        ),
    ),
    dispute: z.optional(
      z.object({ status: z.string(), reason: z.string() }).check(z.describe("The last one, in Stripe's words")),
    ),
    nextAction: z.optional(nextActionShape),
  })
  .register(z.globalRegistry, { id: 'Charge' });

/** The response to a payment that the buyer has to confirm at the bank. */
export const pendingPaymentShape = z.object({ id: z.string(), nextAction: nextActionShape });

/** The response to a payment: the id of the charge is the id of its order. */
export const paymentShape = z.object({ id: z.string() });
