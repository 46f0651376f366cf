import type { Charge } from '../domain/payment.ts';

/** A charge as HTTP shows it. Its amount is in cents, as at Stripe, unlike the prices of other views. */
export const toChargeView = (charge: Charge) => ({
  id: charge._id,
  orderId: charge._id,
  version: charge.version,
  status: charge.status,
  attempts: charge.declines,
  amount: charge.amount,
  currency: charge.currency,
  stripeId: charge.stripeId,
  stripeRefundId: charge.stripeRefundId,
});
