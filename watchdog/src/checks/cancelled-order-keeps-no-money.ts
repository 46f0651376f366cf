import type { OrderRecord } from '../sources/orders.ts';
import { isWithdrawn, type PaymentRecord } from '../sources/payments.ts';
import { amountKept, keptCharges } from './kept-charges.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

/** Whether what Stripe keeps of a cancelled order's payment is not to be refunded, or cannot be now. */
const isSettled = (payment: PaymentRecord, { reason }: OrderRecord, kept: number): boolean => {
  const { hasFailedRefund, owed = 0, status, left, refundDueAt, withdrawn, returnedOutsideStripe } = payment;
  // What is owed after a failed refund has an alert of its own.
  if (isWithdrawn(payment) || (hasFailedRefund && owed > 0)) return true;
  // What a lost dispute has taken and an appeal has given back is the seller's, unless a refund is due.
  const isSellers = status === 'refunded' && reason === 'refunded' && refundDueAt === undefined;
  return kept <= withdrawn + returnedOutsideStripe + (isSellers ? left : 0);
};

export const cancelledOrderKeepsNoMoney: Check = {
  name: 'cancelled-order-keeps-no-money',
  rule: 'Every charge of a cancelled order is refunded in full, but for what the bank has withdrawn, what an appeal has given back to the seller, refunds that have failed, and what an operator has returned in another way.',
  isEventual: true,
  run: (snapshot) =>
    checkEach(
      snapshot.orders.filter((order) => order.status === 'cancelled' && snapshot.hasAllChargesOf(order)),
      (order) => {
        const charges = keptCharges(snapshot, order.id);
        const kept = amountKept(charges);
        const payment = snapshot.paymentById.get(order.id);
        if (charges.length === 0 || (payment !== undefined && isSettled(payment, order, kept))) return undefined;
        const ids = charges.map(({ id }) => id);
        return finding(
          `order ${order.id} is cancelled (${order.reason ?? 'no reason'}), but ${formatAmount(kept)} is not refunded: ${ids.join(', ')}`,
          order.id,
          ...ids,
        );
      },
    ),
};
