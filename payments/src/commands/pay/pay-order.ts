import type { Deps } from '../../deps.ts';
import { claimAttempt, type PayRequest } from './claim-attempt.ts';
import { recordOutcome, type Outcome } from './record-outcome.ts';
import { respond, type PayResponse } from './respond.ts';

/** The webhook of such a payment has nothing to tell. */
const isPaid = (outcome: Outcome): boolean => outcome.kind === 'settled' && outcome.payment?.status === 'completed';

/**
 * Waits a moment until the order is complete, so that its buyer need not ask for it. Its event follows from the write that has
 * completed the charge, by way of NATS and orders, so it comes later than that write's result. If it has come before all the same, or
 * never comes, the wait ends by its time.
 */
const awaitCompletion = async ({ completions, completionMs }: Deps, { orderId, signal }: PayRequest): Promise<void> => {
  const wait = completions.begin(orderId, ({ status }) => status !== 'created' && status !== 'awaiting:payment');
  await wait?.result(completionMs, signal);
  wait?.end();
};

/**
 * Pays for an order, once however often it is requested: only a claimed attempt reaches Stripe, and no attempt can be
 * claimed while the outcome of an earlier one is unknown. What it returns is decided before it waits for the order.
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
  const outcome = await deps.localPayments.during(request.orderId, tryCard, isPaid);
  const response = respond(request.orderId, outcome);
  if (isPaid(outcome)) await awaitCompletion(deps, request);
  return response;
};
