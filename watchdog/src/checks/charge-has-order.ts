import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, type Check } from './check.ts';

export const chargeHasOrder: Check = {
  name: 'charge-has-order',
  rule: 'Every charge at Stripe belongs to an order.',
  run: ({ charges, orderById }) =>
    checkEach(charges, ({ id, orderId }) =>
      lookUp(orderById, orderId) === undefined
        ? finding(
            `charge ${id} ${orderId === undefined ? 'names no order' : `names order ${orderId}, which does not exist`}`,
            id,
            orderId,
          )
        : undefined,
    ),
};
