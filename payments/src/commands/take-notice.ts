import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { Trace } from '@ticketing/common/events';
import { isLeft } from '../domain/payment.ts';
import type { Notice } from '../gateways/stripe.ts';
import type { Deps } from './deps.ts';
import { settleCharge } from './settle-charge.ts';

/**
 * Acts on a webhook. Nearly always there is nothing to do: the process that tried the card knows already, or is about
 * to. Else Stripe is asked, so that an old, repeated or overtaken webhook does no harm.
 */
export const takeNotice = async (deps: Deps, notice: Notice, trace: Trace): Promise<void> => {
  if (notice.orderId === undefined || !notice.type.startsWith('payment_intent.')) return;
  if (deps.ownPayments.has(notice.orderId)) return;
  const payment = await deps.loadPayment(notice.orderId);
  if (payment?.status === undefined || payment.status === 'completed' || payment.status === 'refunded') return;
  if (payment.order?.status === 'cancelled') return;
  if (payment.attempt === undefined) {
    if (notice.type === 'payment_intent.payment_failed') return;
  } else if (!isLeft(payment.attempt, deps.now())) return;
  const settled = await settleCharge(deps, payment, { trace, until: performance.now() + deps.patienceMs.worker });
  // Stripe sends it again then.
  if (settled.kind === 'unknown') throw new ServiceUnavailableError();
};
