import { isLive } from '../books/reading.ts';
import { each, found, type Check } from './check.ts';

export const heldTicketHasLiveOrder: Check = {
  name: 'held-ticket-has-live-order',
  says: 'A held ticket is held by an order of its own that is not cancelled.',
  compare: ({ tickets, orderById }) =>
    each(
      tickets.filter(({ availability }) => availability === 'held'),
      (ticket) => {
        const order = orderById.get(ticket.orderId ?? '');
        if (order !== undefined && isLive(order) && order.ticketId === ticket.id) return undefined;
        const holder =
          order === undefined ? 'which is unknown' : `which is ${order.status}, of ticket ${order.ticketId}`;
        return found(
          `ticket ${ticket.id} is held by order ${ticket.orderId ?? 'none'}, ${holder}`,
          ticket.id,
          ticket.orderId,
        );
      },
    ),
};
