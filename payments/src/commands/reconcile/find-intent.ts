import type { Deps } from '../../deps.ts';
import { attemptAbandonedMs, isAbandoned } from '../../domain/payment.ts';
import type { ChargeContext } from '../charge-context.ts';

/** Stripe forgets idempotency keys after a day at the earliest (https://docs.stripe.com/api/idempotent_requests). */
const keysAreKeptMs = 23 * 60 * 60 * 1000;
/** By how much Stripe's clock may differ from ours. */
const clockSkewMs = 60_000;

export type FoundIntent =
  | { readonly kind: 'found'; readonly id: string }
  /** The open attempt, if there is one, tried no card and never will. */
  | { readonly kind: 'not-made'; readonly id: string | undefined }
  | { readonly kind: 'unknown' };

/**
 * The PaymentIntent of a charge. While its id is not stored, an open attempt may still create and confirm one. Its call is
 * never repeated here, since the repetition might charge: its idempotency key is taken for a PaymentIntent without a card,
 * and only if Stripe has received the call before, its PaymentIntent is searched for.
 */
export const findIntent = async (deps: Deps, { charge, deadline }: ChargeContext): Promise<FoundIntent> => {
  const { _id: orderId, amount, currency, stripeId, openAttempt, order } = charge;
  if (stripeId !== undefined) return { kind: 'found', id: stripeId };
  // Stripe has responded to every earlier attempt, and created no PaymentIntent.
  if (openAttempt === undefined) return { kind: 'not-made', id: undefined };
  const { number, at } = openAttempt;
  const search = () =>
    deps.gateway.findIntent(
      orderId,
      // A call that a process sends long after its attempt began finds its key taken, at the order's deadline at the latest.
      {
        from: new Date(at.getTime() - clockSkewMs),
        to: new Date(Date.parse(order.expiresAt) + attemptAbandonedMs + clockSkewMs),
      },
      deadline,
    );
  if (deps.now().getTime() - at.getTime() > keysAreKeptMs) {
    const found = await search();
    if (found.kind !== 'none') return found;
  }
  const blocked = await deps.gateway.blockAttempt({ orderId, number, amount, currency }, deadline);
  if (blocked.kind !== 'too-late') return blocked;
  const found = await search();
  if (found.kind !== 'none') return found;
  // The call has created no PaymentIntent; until the attempt is abandoned, Stripe may still be executing it.
  return isAbandoned(openAttempt, deps.now()) ? { kind: 'not-made', id: undefined } : { kind: 'unknown' };
};
