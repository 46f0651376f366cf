import type { Deps } from '../../deps.ts';
import type { OrderIntent } from '../../gateways/stripe/gateway.ts';
import { attemptAbandonedMs } from '../../domain/payment.ts';
import type { ChargeContext } from '../charge-context.ts';
import { recordIntent } from '../record-charge.ts';

/** Stripe forgets idempotency keys after a day at the earliest (https://docs.stripe.com/api/idempotent_requests). */
const keysAreKeptMs = 23 * 60 * 60 * 1000;
/** By how much Stripe's clock may differ from ours. */
const clockSkewMs = 5 * 60 * 1000;

/**
 * The order's one PaymentIntent, found or created. The idempotency key makes every process that creates it, a paused one
 * included, get the same one; when Stripe may have forgotten the key, it is searched for first.
 */
export const ensureIntent = async (deps: Deps, { charge, deadline }: ChargeContext): Promise<OrderIntent> => {
  if (charge.stripeId !== undefined) return { kind: 'ready', id: charge.stripeId };
  const { _id: orderId, amount, createdAt, order } = charge;
  if (deps.now().getTime() - createdAt.getTime() > keysAreKeptMs) {
    const search = await deps.gateway.findIntent(
      orderId,
      // No attempt begins after the order's deadline.
      {
        from: new Date(createdAt.getTime() - clockSkewMs),
        to: new Date(Date.parse(order.expiresAt) + attemptAbandonedMs + clockSkewMs),
      },
      deadline,
    );
    if (search.kind !== 'none') return search;
  }
  return deps.gateway.createIntent({ orderId, amount }, deadline);
};

/** The same for a charge whose process may have died before it wrote the id, which is written at once. */
export const recoverIntent = async (deps: Deps, context: ChargeContext): Promise<OrderIntent> => {
  const intent = await ensureIntent(deps, context);
  if (intent.kind === 'ready' && context.charge.stripeId === undefined) await recordIntent(deps, context, intent.id);
  return intent;
};
