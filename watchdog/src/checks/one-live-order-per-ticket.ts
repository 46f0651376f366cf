import { checkGroups, finding, type Check } from './check.ts';

export const oneLiveOrderPerTicket: Check = {
  name: 'one-live-order-per-ticket',
  rule: 'A ticket has at most one order that was not cancelled before it was complete.',
  run: ({ keepersByTicket }) =>
    checkGroups(keepersByTicket, (ticketId, orders) => {
      if (orders.length < 2) return undefined;
      const list = orders.map(({ id, status }) => `${id} (${status})`).join(', ');
      return finding(
        `ticket ${ticketId} has ${orders.length} orders that keep it: ${list}`,
        ticketId,
        ...orders.map(({ id }) => id),
      );
    }),
};
