import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, type Check } from './check.ts';
import { describeHolder } from './describe-holder.ts';

export const soldTicketHasCompleteOrder: Check = {
  name: 'sold-ticket-has-complete-order',
  rule: 'A sold ticket was sold to an order for this ticket that is complete, or was until it was cancelled.',
  run: ({ tickets, orderById }) =>
    checkEach(
      tickets.filter(({ availability }) => availability === 'sold'),
      (ticket) => {
        const order = lookUp(orderById, ticket.orderId);
        return order?.wasComplete === true && order.ticketId === ticket.id
          ? undefined
          : finding(`ticket ${ticket.id} is sold to ${describeHolder(ticket, order)}`, ticket.id, ticket.orderId);
      },
    ),
};
