import type { Deps } from '../../deps.ts';
import { respond } from './respond.ts';
import { claimAttempt, type PayRequest } from './claim-attempt.ts';
import { confirm } from './confirm.ts';
import { ensureIntent } from './ensure-intent.ts';
import { recordOutcome } from './record-outcome.ts';

/**
 * Pays for an order, once however often it is requested: only a claimed attempt reaches Stripe, and no attempt can be
 * claimed while the outcome of an earlier one is unknown.
 */
export const payOrder = async (deps: Deps, request: PayRequest): Promise<{ readonly id: string }> => {
  const attempt = await claimAttempt(deps, request);
  if (attempt === null) return { id: request.orderId };
  return deps.localPayments.during(request.orderId, async () => {
    const intent = await ensureIntent(deps, attempt);
    const result = await confirm(deps, attempt, intent);
    const outcome = await recordOutcome(deps, attempt, result);
    return respond(outcome);
  });
};
