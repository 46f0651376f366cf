import { checkEach, finding, formatTime, type Check } from './check.ts';

export const paymentIsSettledInTime: Check = {
  name: 'payment-is-settled-in-time',
  rule: 'No payment attempt stays open, and no refund stays due, for longer than 90 s.',
  run: ({ payments, at }, { settleWithinMs }) =>
    checkEach(
      payments.filter(({ openAttemptAt, refundDueAt }) => openAttemptAt !== undefined || refundDueAt !== undefined),
      ({ id, openAttemptAt, refundDueAt }) => {
        if (openAttemptAt !== undefined && at - openAttemptAt > settleWithinMs) {
          return finding(`the payment attempt of order ${id} has been open since ${formatTime(openAttemptAt)}`, id);
        }
        return refundDueAt !== undefined && at - refundDueAt > settleWithinMs
          ? finding(`the refund of order ${id} has been due since ${formatTime(refundDueAt)}`, id)
          : undefined;
      },
    ),
};
