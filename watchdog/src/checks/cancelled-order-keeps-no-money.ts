import { each, found, money, type Check } from './check.ts';

export const cancelledOrderKeepsNoMoney: Check = {
  name: 'cancelled-order-keeps-no-money',
  says: 'Money that arrived for a cancelled order has been given back, all of it.',
  compare: ({ orders, moneyOfOrder, knowsMoneyOf }) =>
    each(
      orders.filter((order) => order.status === 'cancelled' && knowsMoneyOf(order)),
      (order) => {
        const kept = (moneyOfOrder.get(order.id) ?? []).filter(({ amount, refunded }) => refunded < amount);
        if (kept.length === 0) return undefined;
        const sum = kept.reduce((total, { amount, refunded }) => total + amount - refunded, 0);
        const ids = kept.map(({ id }) => id);
        return found(
          `order ${order.id} is cancelled (${order.reason ?? 'no reason'}) and ${money(sum)} of it is kept: ${ids.join(', ')}`,
          order.id,
          ...ids,
        );
      },
    ),
};
