import { checkGroups, finding, type Check } from './check.ts';

export const oneChargePerOrder: Check = {
  name: 'one-charge-per-order',
  rule: 'An order is charged at most once, even if a charge is refunded later.',
  run: ({ chargesByOrder }) =>
    checkGroups(chargesByOrder, (orderId, charges) => {
      if (charges.length < 2) return undefined;
      const ids = charges.map(({ id }) => id).toSorted();
      return finding(`order ${orderId} was charged ${ids.length} times: ${ids.join(', ')}`, orderId, ...ids);
    }),
};
