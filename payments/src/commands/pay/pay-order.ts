import type { Deps } from '../../deps.ts';
import { claimAttempt, type PayRequest } from './claim-attempt.ts';
import { recordOutcome } from './record-outcome.ts';
import { respond } from './respond.ts';

/**
 * Pays for an order, once however often it is requested: only a claimed attempt reaches Stripe, and no attempt can be
 * claimed while the outcome of an earlier one is unknown.
 */
export const payOrder = async (deps: Deps, request: PayRequest): Promise<{ readonly id: string }> => {
  const attempt = await claimAttempt(deps, request);
  if (attempt === null) return { id: request.orderId };
  return deps.localPayments.during(request.orderId, async () => {
    const { charge, token, deadline } = attempt;
    const { _id: orderId, amount, currency, stripeId, openAttempt } = charge;
    const card = { orderId, amount, currency, intentId: stripeId, number: openAttempt.number, token };
    const result = await deps.gateway.tryCard(card, deadline);
    return respond(await recordOutcome(deps, attempt, result));
  });
};
