import { found, type Check } from './check.ts';

export const oneCompleteOrderPerTicket: Check = {
  name: 'one-complete-order-per-ticket',
  says: 'A ticket is sold once: it has at most one complete order.',
  compare: ({ liveOrdersOfTicket }) => ({
    lookedAt: liveOrdersOfTicket.size,
    found: [...liveOrdersOfTicket].flatMap(([ticketId, orders]) => {
      const complete = orders.filter(({ status }) => status === 'complete');
      if (complete.length < 2) return [];
      const ids = complete.map(({ id }) => id);
      return [found(`ticket ${ticketId} is sold to ${ids.length} orders: ${ids.join(', ')}`, ticketId, ...ids)];
    }),
  }),
};
