import { each, found, moment, type Check } from './check.ts';

export const paymentIsSettledInTime: Check = {
  name: 'payment-is-settled-in-time',
  says: 'No payment attempt stays without an outcome, and no refund stays due, for longer than 90 s.',
  compare: ({ payments, at }, { settleWithinMs }) =>
    each(
      payments.filter(({ attemptAt, refundDue }) => attemptAt !== undefined || refundDue !== undefined),
      ({ id, attemptAt, refundDue }) => {
        if (attemptAt !== undefined && at - attemptAt > settleWithinMs) {
          return found(`the payment attempt of order ${id} has been open since ${moment(attemptAt)}`, id);
        }
        return refundDue !== undefined && at - refundDue > settleWithinMs
          ? found(`the refund of order ${id} was due at ${moment(refundDue)}`, id)
          : undefined;
      },
    ),
};
