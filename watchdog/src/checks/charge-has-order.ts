import { each, found, type Check } from './check.ts';

export const chargeHasOrder: Check = {
  name: 'charge-has-order',
  says: 'No money is taken without an order.',
  compare: ({ money, orderById }) =>
    each(money, (charge) =>
      charge.orderId !== undefined && orderById.has(charge.orderId)
        ? undefined
        : found(
            `charge ${charge.id} is of ${charge.orderId === undefined ? 'no order' : `order ${charge.orderId}, which is unknown`}`,
            charge.id,
            charge.orderId,
          ),
    ),
};
