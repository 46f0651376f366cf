import type { Deps } from '../../deps.ts';
import { claimAttempt, type PayRequest } from './claim-attempt.ts';
import { recordOutcome, type Outcome } from './record-outcome.ts';
import { respond, type PayResponse } from './respond.ts';

/** The webhook of such a payment has nothing to tell. */
const isPaid = (outcome: Outcome): boolean => outcome.kind === 'settled' && outcome.payment?.status === 'completed';

/**
 * Pays for an order, once however often it is requested: only a claimed attempt reaches Stripe, and no attempt can be
 * claimed while the outcome of an earlier one is unknown.
 */
export const payOrder = async (deps: Deps, request: PayRequest): Promise<PayResponse> => {
  const claim = await claimAttempt(deps, request);
  if (claim.kind !== 'claimed') return respond(request.orderId, claim);
  const { attempt } = claim;
  const tryCard = async () => {
    const { charge, token, deadline } = attempt;
    const { _id: orderId, amount, currency, stripeId, openAttempt } = charge;
    const card = { orderId, amount, currency, intentId: stripeId, number: openAttempt.number, token };
    return recordOutcome(deps, attempt, await deps.gateway.tryCard(card, deadline));
  };
  return respond(request.orderId, await deps.localPayments.during(request.orderId, tryCard, isPaid));
};
