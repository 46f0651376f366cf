import { amountKept, keptCharges } from './kept-charges.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const cancelledOrderKeepsNoMoney: Check = {
  name: 'cancelled-order-keeps-no-money',
  rule: 'Every charge of a cancelled order is refunded in full.',
  isEventual: true,
  run: (snapshot) =>
    checkEach(
      snapshot.orders.filter((order) => order.status === 'cancelled' && snapshot.hasAllChargesOf(order)),
      (order) => {
        const kept = keptCharges(snapshot, order.id);
        if (kept.length === 0) return undefined;
        const ids = kept.map(({ id }) => id);
        return finding(
          `order ${order.id} is cancelled (${order.reason ?? 'no reason'}), but ${formatAmount(amountKept(kept))} is not refunded: ${ids.join(', ')}`,
          order.id,
          ...ids,
        );
      },
    ),
};
