import { each, found, money, type Check } from './check.ts';

export const chargeIsOrderPrice: Check = {
  name: 'charge-is-order-price',
  says: 'What Stripe charged for an order is the order’s own price.',
  compare: ({ money: charges, orderById }) =>
    each(charges, (charge) => {
      const order = orderById.get(charge.orderId ?? '');
      return order === undefined || order.price === charge.amount
        ? undefined
        : found(
            `charge ${charge.id} took ${money(charge.amount)} for order ${order.id}, which costs ${money(order.price)}`,
            order.id,
            charge.id,
          );
    }),
};
