import type { Trace } from '@ticketing/common/events';
import type { Decline } from '../domain/decline.ts';
import type { Payment } from '../domain/payment.ts';
import { judge } from '../domain/settlement.ts';
import type { Until } from '../gateways/stripe.ts';
import type { Deps } from './deps.ts';
import { findIntent } from './find-intent.ts';
import { recordDecline, recordFailed, recordNotMade, recordPaid } from './record-outcome.ts';

/** What is known after Stripe was asked. */
export type Settled =
  | { readonly kind: 'known' }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** Stripe does not answer, or has not decided. */
  | { readonly kind: 'unknown' };

/**
 * The one command of repeats, webhooks and the reconciler: reads the PaymentIntent at Stripe and writes what Stripe
 * says. Running it twice, or beside the process that made the attempt, changes nothing.
 */
export const settleCharge = async (
  deps: Deps,
  payment: Payment,
  options: { readonly trace: Trace; readonly until: Until },
): Promise<Settled> => {
  const { trace } = options;
  const orderId = payment._id;
  const number = payment.attempt?.number ?? 0;
  const stripeId = await findIntent(deps, payment, options);
  if (stripeId === undefined) return { kind: 'unknown' };
  if (stripeId === null) {
    await recordFailed(deps, { orderId, trace });
    return { kind: 'known' };
  }
  const intent = await deps.gateway.readIntent(stripeId, options.until);
  if (intent === undefined) return { kind: 'unknown' };
  const settlement = judge(payment, intent, deps.now());
  switch (settlement.kind) {
    case 'paid':
      await recordPaid(deps, { orderId, stripeId, trace });
      return { kind: 'known' };
    case 'declined':
      await recordDecline(deps, { orderId, stripeId, trace, number, decline: settlement.decline });
      return settlement;
    case 'not-made':
      await recordNotMade(deps, payment, { number, stripeId, trace });
      return { kind: 'known' };
    case 'closed':
      await recordFailed(deps, { orderId, stripeId, trace });
      return { kind: 'known' };
    case 'undecided':
      return { kind: 'unknown' };
    case 'nothing':
      return { kind: 'known' };
  }
};
