import { checkGroups, finding, formatAmount, type Check } from './check.ts';

export const moneyIsReturnedOnce: Check = {
  name: 'money-is-returned-once',
  rule: 'An order is refunded at most once, and only if it is cancelled.',
  run: ({ refundsByOrder, orderById }) =>
    checkGroups(refundsByOrder, (orderId, refunds) => {
      const status = orderById.get(orderId)?.status;
      const ids = refunds.map(({ id }) => id).toSorted();
      const sum = formatAmount(refunds.reduce((total, { amount }) => total + amount, 0));
      if (refunds.length > 1)
        return finding(
          `order ${orderId} has ${ids.length} refunds of ${sum} in total: ${ids.join(', ')}`,
          orderId,
          ...ids,
        );
      return status === undefined || status === 'cancelled'
        ? undefined
        : finding(`order ${orderId} is ${status}, but ${sum} was refunded: ${ids.join(', ')}`, orderId, ...ids);
    }),
};
