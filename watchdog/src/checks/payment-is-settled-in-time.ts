import { each, found, moment, type Check } from './check.ts';

export const paymentIsSettledInTime: Check = {
  name: 'payment-is-settled-in-time',
  says: 'No attempt to pay stays without an outcome, and no money to be returned lies about, for longer than 90 s.',
  compare: ({ payments, at }, { settleWithinMs }) =>
    each(
      payments.filter(({ attemptAt, moneyBackDue }) => attemptAt !== undefined || moneyBackDue !== undefined),
      ({ id, attemptAt, moneyBackDue }) => {
        if (attemptAt !== undefined && at - attemptAt > settleWithinMs) {
          return found(`the attempt to pay order ${id} is open since ${moment(attemptAt)}`, id);
        }
        return moneyBackDue !== undefined && at - moneyBackDue > settleWithinMs
          ? found(`the money of order ${id} was to be returned at ${moment(moneyBackDue)}`, id)
          : undefined;
      },
    ),
};
