import { isWithdrawn } from '../sources/payments.ts';
import { checkEach, finding, formatTime, type Check } from './check.ts';

export const paymentIsSettledInTime: Check = {
  name: 'payment-is-settled-in-time',
  rule: 'No payment attempt stays open, no closing order stays unanswered, and no refund stays due, for longer than 90 s. A refund waits for the end of a dispute.',
  run: ({ payments, at }, { settleWithinMs }) =>
    checkEach(
      payments.filter(
        ({ openAttemptAt, closingDueAt, refundDueAt }) => (openAttemptAt ?? closingDueAt ?? refundDueAt) !== undefined,
      ),
      (payment) => {
        const { id, openAttemptAt, closingDueAt, refundDueAt } = payment;
        if (openAttemptAt !== undefined && at - openAttemptAt > settleWithinMs) {
          return finding(`the payment attempt of order ${id} has been open since ${formatTime(openAttemptAt)}`, id);
        }
        if (closingDueAt !== undefined && at - closingDueAt > settleWithinMs) {
          return finding(`closing order ${id} has waited for an answer since ${formatTime(closingDueAt)}`, id);
        }
        return refundDueAt !== undefined && !isWithdrawn(payment) && at - refundDueAt > settleWithinMs
          ? finding(`the refund of order ${id} has been due since ${formatTime(refundDueAt)}`, id)
          : undefined;
      },
    ),
};
