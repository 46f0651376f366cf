import type { Deps } from '../../deps.ts';
import type { Decline } from '../../domain/decline.ts';
import type { Payment } from '../../domain/payment.ts';
import type { CardResult } from '../../gateways/stripe/gateway.ts';
import type { AttemptContext } from '../charge-context.ts';
import {
  recordAction,
  recordDecline,
  recordFailed,
  recordNotMade,
  recordPaid,
  recordUnknown,
} from '../record-charge.ts';
import { settleCharge } from '../reconcile/settle-charge.ts';

export type Outcome =
  /** Stripe's outcome is written, by this process or another; the payment has it. */
  | { readonly kind: 'settled'; readonly payment: Payment | null }
  | { readonly kind: 'declined'; readonly decline: Decline }
  | { readonly kind: 'action'; readonly url: string }
  | { readonly kind: 'unknown-token' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown' };

/** Writes what became of the attempt; an inconclusive result is first settled with Stripe, without another charge. */
export const recordOutcome = async (deps: Deps, attempt: AttemptContext, result: CardResult): Promise<Outcome> => {
  const { charge } = attempt;
  const { number } = charge.openAttempt;
  switch (result.kind) {
    case 'paid': {
      const written = await recordPaid(deps, attempt, result.intentId);
      return { kind: 'settled', payment: written ?? (await deps.loadPayment(charge._id)) };
    }
    case 'action':
      if (await recordAction(deps, attempt, { number, stripeId: result.intentId, url: result.url })) return result;
      return { kind: 'settled', payment: await deps.loadPayment(charge._id) };
    case 'declined':
      await recordDecline(deps, attempt, { number, stripeId: result.intentId, decline: result.decline });
      return result;
    case 'unknown-token':
      await recordNotMade(deps, attempt, { number, stripeId: result.intentId });
      return result;
    case 'refused':
      await recordFailed(deps, attempt);
      return result;
    case 'unknown': {
      const settled = await settleCharge(deps, attempt);
      if (settled.kind === 'known') return { kind: 'settled', payment: await deps.loadPayment(charge._id) };
      if (settled.kind === 'unknown') await recordUnknown(deps, charge._id, number);
      return settled;
    }
  }
};
