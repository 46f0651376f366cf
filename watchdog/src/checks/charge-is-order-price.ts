import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const chargeIsOrderPrice: Check = {
  name: 'charge-is-order-price',
  rule: 'Each charge at Stripe equals the price of its order.',
  run: ({ charges, orderById }) =>
    checkEach(charges, (charge) => {
      const order = lookUp(orderById, charge.orderId);
      return order === undefined || order.price === charge.amount
        ? undefined
        : finding(
            `charge ${charge.id} took ${formatAmount(charge.amount)} for order ${order.id}, which costs ${formatAmount(order.price)}`,
            order.id,
            charge.id,
          );
    }),
};
