import type { Deps } from '../../deps.ts';
import type { Confirmation, OrderIntent } from '../../gateways/stripe/gateway.ts';
import type { AttemptContext } from '../charge-context.ts';

export type AttemptResult =
  | (Confirmation & { readonly intentId: string })
  /** No card was tried, since Stripe does not charge such an amount. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No card was tried, since Stripe did not return the PaymentIntent. */
  | { readonly kind: 'no-intent' };

/** Tries the buyer's card on the PaymentIntent, if there is one. */
export const confirm = async (deps: Deps, attempt: AttemptContext, intent: OrderIntent): Promise<AttemptResult> => {
  if (intent.kind === 'refused') return intent;
  if (intent.kind === 'unknown') return { kind: 'no-intent' };
  const { charge, token, deadline } = attempt;
  const confirmation = await deps.gateway.confirm(
    { intentId: intent.id, orderId: charge._id, number: charge.openAttempt.number, token },
    deadline,
  );
  return { ...confirmation, intentId: intent.id };
};
