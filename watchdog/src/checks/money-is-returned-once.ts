import { found, money, type Check } from './check.ts';

export const moneyIsReturnedOnce: Check = {
  name: 'money-is-returned-once',
  says: 'Money goes back once, and only of a cancelled order.',
  compare: ({ refundsOfOrder, orderById }) => ({
    lookedAt: refundsOfOrder.size,
    found: [...refundsOfOrder].flatMap(([orderId, refunds]) => {
      const status = orderById.get(orderId)?.status;
      const ids = refunds.map(({ id }) => id).toSorted();
      const sum = refunds.reduce((total, { amount }) => total + amount, 0);
      if (refunds.length > 1) {
        return [
          found(`order ${orderId} got ${money(sum)} back in ${ids.length} refunds: ${ids.join(', ')}`, orderId, ...ids),
        ];
      }
      return status === undefined || status === 'cancelled'
        ? []
        : [found(`order ${orderId} is ${status} and got ${money(sum)} back: ${ids.join(', ')}`, orderId, ...ids)];
    }),
  }),
};
