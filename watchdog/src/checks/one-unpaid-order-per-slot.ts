import { checkGroups, finding, type Check } from './check.ts';

export const oneUnpaidOrderPerSlot: Check = {
  name: 'one-unpaid-order-per-slot',
  rule: 'No two unpaid orders of an account have the same slot, so that an account holds at most MAX_LIVE_HOLDS tickets.',
  run: ({ unpaidOrdersBySlot }) =>
    checkGroups(unpaidOrdersBySlot, (slot, orders) => {
      if (orders.length < 2) return undefined;
      const ids = orders.map(({ id }) => id);
      return finding(`account and slot ${slot} have ${ids.length} unpaid orders: ${ids.join(', ')}`, ...ids);
    }),
};
