import { isWithdrawn } from '../sources/payments.ts';
import { amountKept, keptCharges } from './kept-charges.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const cancelledOrderKeepsNoMoney: Check = {
  name: 'cancelled-order-keeps-no-money',
  rule: 'Every charge of a cancelled order is refunded in full, unless the bank has withdrawn the money or the refund has failed.',
  isEventual: true,
  run: (snapshot) =>
    checkEach(
      snapshot.orders.filter((order) => order.status === 'cancelled' && snapshot.hasAllChargesOf(order)),
      (order) => {
        const kept = keptCharges(snapshot, order.id);
        const payment = snapshot.paymentById.get(order.id);
        // What is owed after a failed refund has an alert of its own.
        const isOwed = payment?.hasFailedRefund === true && (payment.owed ?? 0) > 0;
        const isSettled = payment !== undefined && (isWithdrawn(payment) || isOwed);
        if (kept.length === 0 || isSettled) return undefined;
        const ids = kept.map(({ id }) => id);
        return finding(
          `order ${order.id} is cancelled (${order.reason ?? 'no reason'}), but ${formatAmount(amountKept(kept))} is not refunded: ${ids.join(', ')}`,
          order.id,
          ...ids,
        );
      },
    ),
};
