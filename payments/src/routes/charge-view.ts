import type { PaymentDocument } from '../models/index.ts';

/** A charge as HTTP shows it; unlike prices its amount is in cents, as at Stripe. */
export const toChargeView = (payment: PaymentDocument) => ({
  id: payment._id,
  orderId: payment._id,
  version: payment.version,
  status: payment.status,
  attempts: payment.attempts,
  amount: payment.amount,
  currency: payment.currency,
  stripeId: payment.stripeId,
  stripeRefundId: payment.stripeRefundId,
});
