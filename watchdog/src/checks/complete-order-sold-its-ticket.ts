import { checkEach, finding, type Check } from './check.ts';

export const completeOrderSoldItsTicket: Check = {
  name: 'complete-order-sold-its-ticket',
  rule: 'The ticket of a complete order is sold.',
  isEventual: true,
  run: ({ orders, ticketById }) =>
    checkEach(
      orders.filter(({ status }) => status === 'complete'),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        return ticket?.availability === 'sold'
          ? undefined
          : finding(
              `order ${order.id} is complete, but its ticket ${order.ticketId} is ${ticket?.availability ?? 'unknown'}`,
              order.id,
              order.ticketId,
            );
      },
    ),
};
