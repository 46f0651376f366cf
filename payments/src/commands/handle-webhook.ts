import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { BadSignatureError } from '../domain/bad-signature-error.ts';
import { isSettleable, type Charge, type Payment } from '../domain/payment.ts';
import type { WebhookEvent } from '../gateways/stripe/gateway.ts';
import { syncOwner } from './money/sync-owner.ts';
import { settleCharge } from './reconcile/settle-charge.ts';

/**
 * Settles the charge, or reads the money or the account, that a webhook event is about. Mostly there is nothing to do, since
 * the process of the attempt knows its outcome or will soon. What is written is read from Stripe, so an old, repeated or
 * reordered event does no harm.
 */
export const handleWebhook = async (
  deps: Deps,
  request: { readonly body: unknown; readonly signature: string | undefined; readonly trace: Trace },
): Promise<void> => {
  const event = readEvent(deps, request.body, request.signature);
  const { trace } = request;
  const deadline = performance.now() + deps.timeoutMs.worker;
  if (!event.type.startsWith('payment_intent.')) {
    if (!(await syncOwner(deps, event, { trace, deadline }))) throw new ServiceUnavailableError();
    return;
  }
  if (event.orderId === undefined) return;
  if (deps.localPayments.has(event.orderId)) return;
  const charge = chargeToSettle(await deps.loadPayment(event.orderId), event, deps.now());
  if (charge === null) return;
  const settled = await settleCharge(deps, { charge, trace, deadline });
  // Stripe then delivers the event again.
  if (settled.kind === 'unknown') throw new ServiceUnavailableError();
};

const readEvent = (deps: Deps, body: unknown, signature: string | undefined): WebhookEvent => {
  try {
    if (Buffer.isBuffer(body) && signature !== undefined) return deps.gateway.readWebhookEvent(body, signature);
  } catch {
    // It is refused like one without a signature.
  }
  throw new BadSignatureError();
};

/** The charge, if the event can be about something that is not written yet. */
const chargeToSettle = (payment: Payment | null, event: WebhookEvent, now: Date): Charge | null => {
  if (payment === null || payment.order.status === 'cancelled') return null;
  if (payment.status !== 'created' && payment.status !== 'failed') return null;
  const { openAttempt } = payment;
  const isNew =
    openAttempt === undefined ? event.type !== 'payment_intent.payment_failed' : isSettleable(openAttempt, now);
  return isNew ? payment : null;
};
