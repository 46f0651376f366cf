import pLimit from 'p-limit';
import type { Deps } from '../../deps.ts';
import { attemptAbandonedMs, nextActionRead } from '../../domain/payment.ts';
import { parsePayment, type PaymentDocument } from '../../models/payment.ts';
import { settleCharge, type Settled } from './settle-charge.ts';

const concurrency = 8;
const limit = 200;

/** The reconciler: settles attempts without an outcome whose process died or stopped waiting for Stripe, oldest first. */
export const settleAbandonedAttempts = async (deps: Deps): Promise<void> => {
  const before = new Date(deps.now().getTime() - attemptAbandonedMs);
  const abandoned = await deps.payments
    .find({
      'openAttempt.at': { $lte: before },
      'openAttempt.action': { $exists: false },
      refundDue: { $exists: false },
      closingDue: { $exists: false },
    })
    .sort({ 'openAttempt.at': 1 })
    .limit(limit)
    .toArray();
  const run = pLimit(concurrency);
  const settle = async (document: PaymentDocument): Promise<void> => {
    const settled = await settleOne(deps, document);
    if (settled.kind !== 'unknown') deps.metrics.attemptsRecovered.inc();
  };
  await Promise.all(abandoned.map((document) => run(() => settle(document))));
};

/** Reads what became of the confirmations that banks want from buyers, in case no webhook and no buyer comes back. */
export const settleActions = async (deps: Deps): Promise<void> => {
  const due = await deps.payments
    .find({
      'openAttempt.action.due': { $lte: deps.now() },
      refundDue: { $exists: false },
      closingDue: { $exists: false },
    })
    .sort({ 'openAttempt.action.due': 1 })
    .limit(limit)
    .toArray();
  const run = pLimit(concurrency);
  await Promise.all(
    due.map((document) =>
      run(async () => {
        const { openAttempt } = document;
        if (openAttempt?.action === undefined) return;
        const now = deps.now();
        const { matchedCount } = await deps.payments.updateOne(
          {
            _id: document._id,
            'openAttempt.number': openAttempt.number,
            'openAttempt.action.due': openAttempt.action.due,
          },
          { $set: { 'openAttempt.action.due': nextActionRead(openAttempt, now) } },
        );
        if (matchedCount === 1) await settleOne(deps, document);
      }),
    ),
  );
};

const settleOne = async (deps: Deps, document: PaymentDocument): Promise<Settled> => {
  const charge = parsePayment(document);
  if (charge.openAttempt === undefined) return { kind: 'known' };
  const { correlationId, traceId } = charge.openAttempt;
  const deadline = performance.now() + deps.timeoutMs.worker;
  return settleCharge(deps, { charge, trace: { correlationId, traceId }, deadline });
};
