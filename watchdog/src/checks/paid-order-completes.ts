import { each, found, type Check } from './check.ts';
import { isUnpaid } from '../books/reading.ts';

export const paidOrderCompletes: Check = {
  name: 'paid-order-completes',
  says: 'An order whose money Stripe has taken becomes complete.',
  compare: ({ orders, moneyOfOrder }) =>
    each(orders.filter(isUnpaid), (order) => {
      const ids = (moneyOfOrder.get(order.id) ?? [])
        .filter(({ amount, refunded }) => refunded < amount)
        .map(({ id }) => id);
      return ids.length === 0
        ? undefined
        : found(`order ${order.id} is ${order.status} although it is paid: ${ids.join(', ')}`, order.id, ...ids);
    }),
};
