import { each, found, type Check } from './check.ts';

export const soldTicketHasCompleteOrder: Check = {
  name: 'sold-ticket-has-complete-order',
  says: 'A sold ticket was sold by an order of its own that is complete.',
  compare: ({ tickets, orderById }) =>
    each(
      tickets.filter(({ availability }) => availability === 'sold'),
      (ticket) => {
        const order = orderById.get(ticket.orderId ?? '');
        if (order?.status === 'complete' && order.ticketId === ticket.id) return undefined;
        const buyer =
          order === undefined ? 'which is unknown' : `which is ${order.status}, of ticket ${order.ticketId}`;
        return found(
          `ticket ${ticket.id} is sold by order ${ticket.orderId ?? 'none'}, ${buyer}`,
          ticket.id,
          ticket.orderId,
        );
      },
    ),
};
