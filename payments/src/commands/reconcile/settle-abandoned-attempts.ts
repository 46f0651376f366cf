import pLimit from 'p-limit';
import type { Deps } from '../../deps.ts';
import { attemptAbandonedMs } from '../../domain/payment.ts';
import { parsePayment, type PaymentDocument } from '../../models/payment.ts';
import { settleCharge } from './settle-charge.ts';

const concurrency = 8;
const limit = 200;

/** The reconciler: settles attempts without an outcome whose process died or stopped waiting for Stripe, oldest first. */
export const settleAbandonedAttempts = async (deps: Deps): Promise<void> => {
  const before = new Date(deps.now().getTime() - attemptAbandonedMs);
  const abandoned = await deps.payments
    .find({ 'openAttempt.at': { $lte: before }, refundDue: { $exists: false }, closingDue: { $exists: false } })
    .sort({ 'openAttempt.at': 1 })
    .limit(limit)
    .toArray();
  const run = pLimit(concurrency);
  await Promise.all(abandoned.map((document) => run(() => settleOne(deps, document))));
};

const settleOne = async (deps: Deps, document: PaymentDocument): Promise<void> => {
  const charge = parsePayment(document);
  if (charge.openAttempt === undefined) return;
  const { correlationId, traceId } = charge.openAttempt;
  const deadline = performance.now() + deps.timeoutMs.worker;
  const settled = await settleCharge(deps, { charge, trace: { correlationId, traceId }, deadline });
  if (settled.kind !== 'unknown') deps.metrics.attemptsRecovered.inc();
};
