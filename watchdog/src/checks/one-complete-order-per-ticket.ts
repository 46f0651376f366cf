import { checkGroups, finding, type Check } from './check.ts';

export const oneCompleteOrderPerTicket: Check = {
  name: 'one-complete-order-per-ticket',
  rule: 'A ticket is sold once: it has at most one order that is or was complete.',
  run: ({ keepersByTicket }) =>
    checkGroups(keepersByTicket, (ticketId, orders) => {
      const ids = orders.filter(({ wasComplete }) => wasComplete).map(({ id }) => id);
      return ids.length < 2
        ? undefined
        : finding(`ticket ${ticketId} is sold to ${ids.length} orders: ${ids.join(', ')}`, ticketId, ...ids);
    }),
};
