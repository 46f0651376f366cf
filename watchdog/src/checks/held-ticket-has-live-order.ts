import { lookUp } from '../snapshot/snapshot.ts';
import { isLive } from '../sources/orders.ts';
import { checkEach, finding, type Check } from './check.ts';
import { describeHolder } from './describe-holder.ts';

export const heldTicketHasLiveOrder: Check = {
  name: 'held-ticket-has-live-order',
  rule: 'A held ticket is held by an order for this ticket that is not cancelled.',
  isEventual: true,
  run: ({ tickets, orderById }) =>
    checkEach(
      tickets.filter(({ availability }) => availability === 'held'),
      (ticket) => {
        const order = lookUp(orderById, ticket.orderId);
        return order !== undefined && isLive(order) && order.ticketId === ticket.id
          ? undefined
          : finding(`ticket ${ticket.id} is held by ${describeHolder(ticket, order)}`, ticket.id, ticket.orderId);
      },
    ),
};
