import type { Deps } from '../../deps.ts';
import { hasTaken, isUndecided } from '../../domain/dispute.ts';
import { wasNeverComplete } from '../../domain/late-money.ts';
import { takeMarked, workOff, type Task } from '../marked-charges.ts';
import { paidCharge, syncMoney } from '../money/sync-money.ts';
import { findIntent } from '../reconcile/find-intent.ts';
import {
  recordCancelledWhileClosing,
  recordClosedAtStripe,
  recordGivenUp,
  recordNoSale,
  recordNothingLeft,
  recordNothingToRefund,
  recordPaid,
  recordPaidWhileClosing,
} from '../record-charge.ts';

const firstRetryDelayMs = 2_000;
/** A closing order still holds its ticket, so its charge comes first and is retried more often. */
const marks = ['closingDue', 'refundDue'] as const;
const maxRetryDelayMs = { closingDue: 10_000, refundDue: 5 * 60_000 };

type RefundTask = Task<(typeof marks)[number]>;

/**
 * Prevents the payments of closing orders, and prevents or refunds those of cancelled ones. The PaymentIntent is canceled
 * first, so that a process that was paused in the middle of an attempt can charge nothing any more; what was paid by a
 * closing order completes its charge, what was paid by a cancelled one is refunded, once. The last step removes the mark, so
 * that another worker finishes what a process that dies leaves behind.
 */
export const refundCancelledOrders = async (deps: Deps, signal: AbortSignal): Promise<void> => {
  await workOff(
    { logger: deps.logger, signal },
    () => takeDue(deps),
    async (task) => {
      if (!(await finish(deps, task))) await postpone(deps, task);
    },
  );
};

const takeDue = async (deps: Deps): Promise<RefundTask | null> => {
  for (const mark of marks) {
    const task = await takeMarked(deps, mark);
    if (task !== null) return task;
  }
  return null;
};

const postpone = async (deps: Deps, { charge, mark, failures }: RefundTask): Promise<void> => {
  const delayMs = Math.min(firstRetryDelayMs * 2 ** failures, maxRetryDelayMs[mark]);
  await deps.payments.updateOne(
    { _id: charge._id, [`${mark}.due`]: { $exists: true } },
    { $set: { [`${mark}.due`]: new Date(deps.now().getTime() + delayMs), [`${mark}.failures`]: failures + 1 } },
  );
};

/** Returns false when Stripe's response leaves it open whether there is, or will be, money to refund. */
const finish = async (deps: Deps, task: RefundTask): Promise<boolean> => {
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
  // A webhook or another worker may have completed the charge since this task was taken.
  const paid = paidCharge(await deps.loadPayment(orderId));
  if (paid !== undefined && wasNeverComplete(paid) && !(await recordNoSale(deps, { ...task, charge: paid })))
    return false;
  return refund(deps, task, intent.id);
};

/**
 * Refunds what is left, and writes what Stripe then shows. A refund that failed is made again under another number. While a
 * dispute is undecided Stripe refuses: the bank has the money, and its decision ends the wait.
 */
const refund = async (deps: Deps, task: Task, intentId: string): Promise<boolean> => {
  const { charge, trace, deadline, failures } = task;
  const orderId = charge._id;
  const sync = () => syncMoney(deps, { orderId, trace, deadline });
  if (!(await sync())) return false;
  const payment = await deps.loadPayment(orderId);
  // What has happened at Stripe meanwhile may have returned everything.
  if (payment?.refundDue === undefined) return true;
  const { refunds = [], disputes = [], returnedOutsideStripe = [], left = 0, owed = 0 } = payment;
  if (left + owed === 0) return recordNothingLeft(deps, orderId);
  if (disputes.some(isUndecided)) return false;
  // Stripe repeats a refusal or a server error under its key for a day, so each retry has another. A second refund of
  // everything is refused.
  const number = 1 + refunds.filter(({ status }) => status === 'failed').length + disputes.length + failures;
  const before = [...refunds, ...disputes, ...returnedOutsideStripe];
  const hasLess = disputes.some(hasTaken) || returnedOutsideStripe.length > 0;
  const part = hasLess ? { amount: left + owed, after: before.length } : undefined;
  const result = await deps.gateway.refund({ intentId, orderId, number, part }, deadline);
  if (result === 'unknown' || !(await sync())) return false;
  const after = await deps.loadPayment(orderId);
  if (after?.refundDue === undefined) return true;
  // An operator's order stays until the money is back, although its refund has failed at once.
  if (result === 'made' || after.disputes?.some(isUndecided) === true) return false;
  return recordGivenUp(deps, { ...task, charge: after }, result);
};

/** No money has come, and none can come any more. */
const recordPrevented = async (deps: Deps, task: RefundTask): Promise<void> => {
  if (!(await recordClosedAtStripe(deps, task))) await recordNothingToRefund(deps, task.charge._id);
};
