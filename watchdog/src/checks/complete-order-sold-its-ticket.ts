import { each, found, type Check } from './check.ts';

export const completeOrderSoldItsTicket: Check = {
  name: 'complete-order-sold-its-ticket',
  says: 'The ticket of a complete order is sold.',
  compare: ({ orders, ticketById }) =>
    each(
      orders.filter(({ status }) => status === 'complete'),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        return ticket?.availability === 'sold'
          ? undefined
          : found(
              `order ${order.id} is complete, its ticket ${order.ticketId} is ${ticket?.availability ?? 'unknown'}`,
              order.id,
              order.ticketId,
            );
      },
    ),
};
