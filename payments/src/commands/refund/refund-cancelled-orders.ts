import type { Deps } from '../../deps.ts';
import { isOpenDispute } from '../../domain/sale.ts';
import { parseCharge } from '../../models/payment.ts';
import type { ChargeContext } from '../charge-context.ts';
import { syncMoney } from '../money/sync-money.ts';
import { findIntent } from '../reconcile/find-intent.ts';
import {
  recordCancelledWhileClosing,
  recordClosedAtStripe,
  recordNothingLeft,
  recordNothingToRefund,
  recordPaid,
  recordPaidWhileClosing,
} from '../record-charge.ts';

/** After this time another worker may take up a task again. */
const leaseMs = 30_000;
const firstRetryDelayMs = 2_000;
/** A closing order still holds its ticket, so its charge comes first and is retried more often. */
const marks = ['closingDue', 'refundDue'] as const;
const maxRetryDelayMs = { closingDue: 10_000, refundDue: 5 * 60_000 };
const concurrency = 8;

/** A charge that is marked. */
interface Task extends ChargeContext {
  readonly mark: (typeof marks)[number];
  readonly failures: number;
}

/**
 * Prevents the payments of closing orders, and prevents or refunds those of cancelled ones. The PaymentIntent is canceled
 * first, so that a process that was paused in the middle of an attempt can charge nothing any more; what was paid by a
 * closing order completes its charge, what was paid by a cancelled one is refunded, once. The last step removes the mark, so
 * that another worker finishes what a process that dies leaves behind.
 */
export const refundCancelledOrders = async (deps: Deps): Promise<void> => {
  const first = await takeDue(deps);
  if (first === null) return;
  const untilNone = async (start: Task | null): Promise<void> => {
    for (let task = start; task !== null; task = await takeDue(deps)) {
      if (!(await finish(deps, task))) await postpone(deps, task);
    }
  };
  const others = Array.from({ length: concurrency - 1 }, async () => untilNone(await takeDue(deps)));
  await Promise.all([untilNone(first), ...others]);
};

const takeDue = async (deps: Deps): Promise<Task | null> => {
  for (const mark of marks) {
    const task = await takeMarked(deps, mark);
    if (task !== null) return task;
  }
  return null;
};

const takeMarked = async (deps: Deps, mark: Task['mark']): Promise<Task | null> => {
  const now = deps.now();
  const due = `${mark}.due`;
  const document = await deps.payments.findOneAndUpdate(
    { [due]: { $lte: now } },
    // Postponing moves `due`; the watchdog needs to know for how long the charge has been marked.
    [
      {
        $set: {
          [`${mark}.since`]: { $ifNull: [`$${mark}.since`, `$${due}`] },
          [due]: new Date(now.getTime() + leaseMs),
        },
      },
    ],
    { sort: { [due]: 1 }, returnDocument: 'after' },
  );
  if (document === null) return null;
  const charge = parseCharge(document);
  const found = charge[mark];
  if (found === undefined) throw new Error(`The charge of order ${charge._id} is not marked`);
  const { correlationId, traceId, failures } = found;
  const deadline = performance.now() + deps.timeoutMs.worker;
  return { charge, mark, trace: { correlationId, traceId }, deadline, failures };
};

const postpone = async (deps: Deps, { charge, mark, failures }: Task): Promise<void> => {
  const delayMs = Math.min(firstRetryDelayMs * 2 ** failures, maxRetryDelayMs[mark]);
  await deps.payments.updateOne(
    { _id: charge._id, [`${mark}.due`]: { $exists: true } },
    { $set: { [`${mark}.due`]: new Date(deps.now().getTime() + delayMs), [`${mark}.failures`]: failures + 1 } },
  );
};

/** Returns false when Stripe's response leaves it open whether there is, or will be, money to refund. */
const finish = async (deps: Deps, task: Task): Promise<boolean> => {
  const { charge, deadline } = task;
  const orderId = charge._id;
  if (task.mark === 'closingDue' && (await recordCancelledWhileClosing(deps, orderId))) return true;
  const intent = await findIntent(deps, task);
  if (intent.kind === 'unknown') return false;
  if (intent.id === undefined) {
    await recordPrevented(deps, task);
    return true;
  }
  if (charge.status !== 'completed' && charge.status !== 'refunded') {
    const cancellation = await deps.gateway.cancelIntent(intent.id, deadline);
    if (cancellation === 'unknown') return false;
    if (cancellation === 'canceled') {
      await recordPrevented(deps, task);
      return true;
    }
    await recordPaid(deps, task, intent.id);
  }
  if (await recordPaidWhileClosing(deps, orderId)) return true;
  return refund(deps, task, intent.id);
};

/**
 * Refunds what is left, and writes what Stripe then shows. A refund that failed is made again under another number. While a
 * dispute is open Stripe refuses: the bank has the money, and its decision ends the wait.
 */
const refund = async (deps: Deps, { charge, trace, deadline }: Task, intentId: string): Promise<boolean> => {
  const orderId = charge._id;
  const sync = () => syncMoney(deps, { orderId, trace, deadline });
  if (!(await sync())) return false;
  const payment = await deps.loadPayment(orderId);
  // What has happened at Stripe meanwhile may have returned everything.
  if (payment?.refundDue === undefined) return true;
  const { refunds = [], disputes = [] } = payment;
  if (disputes.some(isOpenDispute)) return false;
  // Stripe repeats a refusal because of a dispute under its key, so the end of a dispute needs another.
  const number = 1 + refunds.filter(({ status }) => status === 'failed').length + disputes.length;
  const result = await deps.gateway.refund({ intentId, orderId, number }, deadline);
  if (result === 'unknown' || result === 'disputed' || !(await sync())) return false;
  if (result === 'nothing-left') await recordNothingLeft(deps, orderId);
  return true;
};

/** No money has come, and none can come any more. */
const recordPrevented = async (deps: Deps, task: Task): Promise<void> => {
  if (!(await recordClosedAtStripe(deps, task))) await recordNothingToRefund(deps, task.charge._id);
};
