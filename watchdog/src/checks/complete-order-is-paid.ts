import { isJustRefunded, keptCharges } from './kept-charges.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const completeOrderIsPaid: Check = {
  name: 'complete-order-is-paid',
  rule: 'A complete order has exactly one charge at Stripe that is not refunded in full, and it equals the order’s price.',
  run: (snapshot, limits) =>
    checkEach(
      snapshot.orders.filter((order) => order.status === 'complete' && snapshot.hasAllChargesOf(order)),
      (order) => {
        const kept = keptCharges(snapshot, order.id);
        const ids = kept.map(({ id }) => id);
        if (kept.length !== 1) {
          if (kept.length === 0 && isJustRefunded(snapshot, order.id, limits)) return undefined;
          return finding(
            `order ${order.id} is complete and has ${kept.length} charges: ${ids.join(', ') || 'none'}`,
            order.id,
            ...ids,
          );
        }
        const sum = kept.reduce((total, { amount }) => total + amount, 0);
        return sum === order.price
          ? undefined
          : finding(
              `order ${order.id} costs ${formatAmount(order.price)}, but Stripe took ${formatAmount(sum)}: ${ids.join(', ')}`,
              order.id,
              ...ids,
            );
      },
    ),
};
