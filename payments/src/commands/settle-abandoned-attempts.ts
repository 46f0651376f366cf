import { attemptAbandonedMs } from '../domain/payment.ts';
import type { Deps } from './deps.ts';
import { settleCharge } from './settle-charge.ts';

const atOnce = 8;
const limit = 200;

/**
 * The reconciler: settles attempts without an outcome whose process died, or has given up waiting for Stripe; oldest
 * first.
 */
export const settleAbandonedAttempts = async (deps: Deps): Promise<void> => {
  const before = new Date(deps.now().getTime() - attemptAbandonedMs);
  const abandoned = await deps.payments
    .find({ 'attempt.at': { $lte: before }, moneyBack: { $exists: false } })
    .sort({ 'attempt.at': 1 })
    .limit(limit)
    .toArray();
  const settleUntilNone = async (): Promise<void> => {
    for (let payment = abandoned.shift(); payment !== undefined; payment = abandoned.shift()) {
      const { attempt } = payment;
      if (attempt === undefined) continue;
      const trace = { correlationId: attempt.correlationId, traceId: attempt.traceId };
      const settled = await settleCharge(deps, payment, { trace, until: performance.now() + deps.patienceMs.worker });
      if (settled.kind !== 'unknown') deps.counters.attemptRecovered();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, settleUntilNone));
};
