import { checkEach, finding, type Check } from './check.ts';

export const paidOrderIsKept: Check = {
  name: 'paid-order-is-kept',
  rule: 'An order whose charge was completed is never cancelled because its deadline has passed or its account was closed.',
  run: ({ orders, paymentById }) =>
    checkEach(
      orders.filter(({ status }) => status === 'cancelled'),
      ({ id, reason }) => {
        if (reason !== 'expired' && reason !== 'account_closed') return undefined;
        const payment = paymentById.get(id);
        const wasCompleted = payment?.status === 'completed' || payment?.status === 'refunded';
        // Money that arrived after the payment was closed has never completed the charge.
        if (!wasCompleted || payment.closedAt !== undefined) return undefined;
        return finding(
          `order ${id} is cancelled (${reason}), but its charge is ${payment.status}: it was paid before`,
          id,
        );
      },
    ),
};
