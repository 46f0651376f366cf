import type { Payment } from '../domain/payment.ts';
import type { Deps } from './deps.ts';
import { findIntent } from './find-intent.ts';
import { recordNoMoney, recordPaid, recordRefunded } from './record-outcome.ts';

/** Until another process may take up what one has begun. */
const leaseMs = 30_000;
const firstRetryMs = 2_000;
const longestRetryMs = 5 * 60_000;
const atOnce = 8;

/**
 * Stops and returns the money of cancelled orders that are due. The PaymentIntent is cancelled first, so that whoever
 * was paused in the middle of an attempt can charge nothing any more; what had been paid is refunded, once. The mark
 * goes with the last step, so a process that dies in between leaves the rest to the next.
 */
export const returnMoney = async (deps: Deps): Promise<void> => {
  const first = await takeDue(deps);
  if (first === null) return;
  const untilNone = async (begin: Payment | null): Promise<void> => {
    for (let payment = begin; payment !== null; payment = await takeDue(deps)) {
      if (!(await returnOne(deps, payment))) await postpone(deps, payment);
    }
  };
  const others = Array.from({ length: atOnce - 1 }, async () => untilNone(await takeDue(deps)));
  await Promise.all([untilNone(first), ...others]);
};

const takeDue = (deps: Deps): Promise<Payment | null> => {
  const now = deps.now();
  return deps.payments.findOneAndUpdate(
    { 'moneyBack.due': { $lte: now } },
    { $set: { 'moneyBack.due': new Date(now.getTime() + leaseMs) } },
    { sort: { 'moneyBack.due': 1 }, returnDocument: 'after' },
  );
};

const postpone = async (deps: Deps, payment: Payment): Promise<void> => {
  const failures = payment.moneyBack?.failures ?? 0;
  const due = new Date(deps.now().getTime() + Math.min(firstRetryMs * 2 ** failures, longestRetryMs));
  await deps.payments.updateOne(
    { _id: payment._id, 'moneyBack.due': { $exists: true } },
    { $set: { 'moneyBack.due': due, 'moneyBack.failures': failures + 1 } },
  );
};

/** Answers whether it is done with. */
const returnOne = async (deps: Deps, payment: Payment): Promise<boolean> => {
  const { moneyBack } = payment;
  if (moneyBack === undefined) return true;
  const orderId = payment._id;
  const trace = { correlationId: moneyBack.correlationId, traceId: moneyBack.traceId };
  const until = performance.now() + deps.patienceMs.worker;
  const intentId = await findIntent(deps, payment, { trace, until });
  if (intentId === undefined) return false;
  if (intentId !== null && payment.status !== 'completed') {
    const ended = await deps.gateway.cancelIntent(intentId, until);
    if (ended === 'unknown') return false;
    if (ended === 'paid') await recordPaid(deps, { orderId, stripeId: intentId, trace });
    else {
      await recordNoMoney(deps, orderId);
      return true;
    }
  }
  if (intentId === null) {
    await recordNoMoney(deps, orderId);
    return true;
  }
  const stripeRefundId = await deps.gateway.refund({ intentId, orderId }, until);
  if (stripeRefundId === undefined) return false;
  await recordRefunded(deps, { orderId, stripeRefundId, trace });
  return true;
};

/** A net below all else: finds money of cancelled orders that nothing has marked, and marks it. */
export const findStrayMoney = async (deps: Deps): Promise<void> => {
  const now = deps.now();
  const result = await deps.payments.updateMany(
    { status: 'completed', 'order.status': 'cancelled', moneyBack: { $exists: false } },
    [
      {
        $set: {
          moneyBack: {
            due: { $literal: now },
            correlationId: { $concat: ['stray-money-', '$_id'] },
            traceId: { $literal: '0'.repeat(32) },
          },
        },
      },
    ],
  );
  deps.counters.strayMoneyFound(result.modifiedCount);
};
