import { isUnpaid } from '../sources/orders.ts';
import { keptCharges } from './kept-charges.ts';
import { checkEach, finding, type Check } from './check.ts';

export const paidOrderCompletes: Check = {
  name: 'paid-order-completes',
  rule: 'An order that is paid at Stripe becomes complete.',
  isEventual: true,
  run: (snapshot) =>
    checkEach(snapshot.orders.filter(isUnpaid), (order) => {
      const ids = keptCharges(snapshot, order.id).map(({ id }) => id);
      return ids.length === 0
        ? undefined
        : finding(`order ${order.id} is ${order.status} although it is paid: ${ids.join(', ')}`, order.id, ...ids);
    }),
};
