import { checkEach, finding, type Check } from './check.ts';

export const completeOrderSoldItsTicket: Check = {
  name: 'complete-order-sold-its-ticket',
  rule: 'The ticket of an order that is complete, or was until it was cancelled, is sold.',
  isEventual: true,
  run: ({ orders, ticketById }) =>
    checkEach(
      orders.filter(({ wasComplete }) => wasComplete),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        return ticket?.availability === 'sold'
          ? undefined
          : finding(
              `order ${order.id} ${order.status === 'complete' ? 'is' : 'was'} complete, but its ticket ${order.ticketId} is ${ticket?.availability ?? 'unknown'}`,
              order.id,
              order.ticketId,
            );
      },
    ),
};
