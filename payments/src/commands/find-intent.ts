import type { Trace } from '@ticketing/common/events';
import type { Payment } from '../domain/payment.ts';
import type { Until } from '../gateways/stripe.ts';
import type { Deps } from './deps.ts';
import { recordIntent } from './record-outcome.ts';

/** Stripe forgets idempotency keys after a day at the earliest (https://docs.stripe.com/api/idempotent_requests). */
const keysAreKeptMs = 23 * 60 * 60 * 1000;
/** How far Stripe's clock may be behind ours. */
const clockSkewMs = 5 * 60 * 1000;

/**
 * The PaymentIntent of a charge whose process may have died before it wrote the id down: made anew under its key, which
 * gives back the same one, and fences that process in case it was only paused. Undefined when Stripe does not answer,
 * null when Stripe does not charge this order at all.
 */
export const findIntent = async (
  deps: Deps,
  payment: Payment,
  options: { readonly trace: Trace; readonly until: Until },
): Promise<string | null | undefined> => {
  if (payment.stripeId !== undefined) return payment.stripeId;
  const { trace, until } = options;
  const orderId = payment._id;
  const madeAt = payment.createdAt ?? new Date(0);
  if (deps.now().getTime() - madeAt.getTime() > keysAreKeptMs) {
    const found = await deps.gateway.findIntent(orderId, new Date(madeAt.getTime() - clockSkewMs), until);
    if (found === undefined) return undefined;
    if (found !== null) {
      await recordIntent(deps, { orderId, stripeId: found, trace });
      return found;
    }
  }
  const made = await deps.gateway.createIntent({ orderId, amount: payment.amount ?? 0 }, until);
  if (made.kind === 'unknown') return undefined;
  if (made.kind === 'refused') return null;
  await recordIntent(deps, { orderId, stripeId: made.id, trace });
  return made.id;
};
