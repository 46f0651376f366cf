import { found, type Check } from './check.ts';

export const oneChargePerOrder: Check = {
  name: 'one-charge-per-order',
  says: 'An order is charged at most once, whatever is given back later.',
  compare: ({ moneyOfOrder }) => ({
    lookedAt: moneyOfOrder.size,
    found: [...moneyOfOrder].flatMap(([orderId, charges]) => {
      if (charges.length < 2) return [];
      const ids = charges.map(({ id }) => id).toSorted();
      return [found(`order ${orderId} was charged ${ids.length} times: ${ids.join(', ')}`, orderId, ...ids)];
    }),
  }),
};
