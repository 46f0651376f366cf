import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { actionReadMs } from '../../domain/payment.ts';
import { settleCharge } from './settle-charge.ts';

/** A buyer who looks at the order does not wait longer for Stripe. */
const timeoutMs = 2_000;

/**
 * A buyer may look at a charge because the bank has led them back: reads at Stripe what became of the confirmation, at most
 * once a second. If Stripe does not respond, the charge is shown as it was.
 */
export const settleBeforeRead = async (
  deps: Deps,
  request: { readonly orderId: string; readonly userId: string; readonly trace: Trace },
): Promise<void> => {
  const { orderId, userId, trace } = request;
  const payment = await deps.loadPayment(orderId);
  const { openAttempt } = payment ?? {};
  if (payment?.status === undefined || openAttempt?.action === undefined || payment.order.userId !== userId) return;
  const now = deps.now();
  const { matchedCount } = await deps.payments.updateOne(
    {
      _id: orderId,
      'openAttempt.number': openAttempt.number,
      'openAttempt.action.readAt': { $lte: new Date(now.getTime() - actionReadMs) },
    },
    { $set: { 'openAttempt.action.readAt': now } },
  );
  if (matchedCount === 0) return;
  await settleCharge(deps, { charge: payment, trace, deadline: performance.now() + timeoutMs });
};
