import { each, found, money, type Check } from './check.ts';

export const completeOrderIsPaid: Check = {
  name: 'complete-order-is-paid',
  says: 'A complete order has exactly one charge at Stripe that was not given back, and it is of the order’s price.',
  compare: ({ orders, moneyOfOrder, knowsMoneyOf }) =>
    each(
      orders.filter((order) => order.status === 'complete' && knowsMoneyOf(order)),
      (order) => {
        const kept = (moneyOfOrder.get(order.id) ?? []).filter(({ amount, refunded }) => refunded < amount);
        const ids = kept.map(({ id }) => id);
        if (kept.length !== 1) {
          return found(
            `order ${order.id} is complete and has ${kept.length} charges: ${ids.join(', ') || 'no money'}`,
            order.id,
            ...ids,
          );
        }
        const sum = kept.reduce((total, { amount, refunded }) => total + amount - refunded, 0);
        return sum === order.price
          ? undefined
          : found(
              `order ${order.id} costs ${money(order.price)}, and ${money(sum)} is kept of it: ${ids.join(', ')}`,
              order.id,
              ...ids,
            );
      },
    ),
};
