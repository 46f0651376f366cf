import type { z } from 'zod';
import type { Charge } from '../domain/payment.ts';
import type { chargeShape } from './charge-shape.ts';

export const toChargeView = (charge: Charge): z.infer<typeof chargeShape> => ({
  id: charge._id,
  orderId: charge._id,
  version: charge.version,
  status: charge.status,
  attempts: charge.declines,
  amount: charge.amount,
  currency: charge.currency,
  stripeId: charge.stripeId,
  completedAt: charge.completedAt?.toISOString(),
  stripeRefundId: charge.stripeRefundId,
  amountRefunded: charge.amountRefunded,
  refundStatus: charge.refundStatus,
  returnedOutsideStripe: charge.returnedOutsideStripe?.reduce((sum, { amount }) => sum + amount, 0),
  owed: charge.owed === 0 ? undefined : charge.owed,
  dispute: charge.dispute && { status: charge.dispute.status, reason: charge.dispute.reason },
  nextAction: charge.openAttempt?.action && { url: charge.openAttempt.action.url },
});
