import type { Deps } from '../../deps.ts';
import type { Decline } from '../../domain/decline.ts';
import { reconcile } from '../../domain/settlement.ts';
import type { ChargeContext } from '../charge-context.ts';
import {
  recordAction,
  recordClosedAtStripe,
  recordDecline,
  recordFailed,
  recordNotMade,
  recordPaid,
} from '../record-charge.ts';
import { findIntent } from './find-intent.ts';

export type Settled =
  /** Stripe's state is written. */
  | { readonly kind: 'known' }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** The buyer has to confirm the payment on the page of the bank. */
  | { readonly kind: 'action'; readonly url: string }
  /** Stripe did not respond, or has not decided. */
  | { readonly kind: 'unknown' };

/**
 * Reads the charge's PaymentIntent at Stripe and writes its state. Retries, webhooks and the reconciler all run this; it
 * is idempotent, and safe beside the process that made the attempt.
 */
export const settleCharge = async (deps: Deps, context: ChargeContext): Promise<Settled> => {
  const found = await findIntent(deps, context);
  if (found.kind === 'unknown') return found;
  if (found.kind === 'not-made') {
    const { openAttempt } = context.charge;
    if (openAttempt !== undefined)
      await recordNotMade(deps, context, { number: openAttempt.number, stripeId: found.id });
    return { kind: 'known' };
  }
  const stripeId = found.id;
  const intent = await deps.gateway.readIntent(stripeId, context.deadline);
  if (intent === undefined) return { kind: 'unknown' };
  const settlement = reconcile(context.charge, intent, deps.now());
  switch (settlement.kind) {
    case 'paid':
      await recordPaid(deps, context, stripeId);
      break;
    case 'declined':
      await recordDecline(deps, context, { ...settlement, stripeId });
      return settlement;
    case 'action':
      return (await recordAction(deps, context, { ...settlement, stripeId })) ? settlement : { kind: 'known' };
    case 'not-made':
      await recordNotMade(deps, context, { number: settlement.number, stripeId });
      break;
    case 'closed':
      if (!(await recordClosedAtStripe(deps, context))) await recordFailed(deps, context, stripeId);
      break;
    case 'undecided':
      return { kind: 'unknown' };
    case 'nothing':
      break;
  }
  return { kind: 'known' };
};
