import { checkEach, finding, type Check } from './check.ts';

export const liveOrderHasTicket: Check = {
  name: 'live-order-has-ticket',
  rule: 'An order that awaits payment or is complete holds its ticket or has bought it.',
  run: ({ orders, ticketById }) =>
    checkEach(
      orders.filter(({ status }) => status === 'awaiting:payment' || status === 'complete'),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        if (ticket?.orderId === order.id && ticket.availability !== 'on_sale') return undefined;
        const state =
          ticket === undefined
            ? 'does not exist'
            : `is ${ticket.availability}${ticket.orderId === undefined ? '' : ` by order ${ticket.orderId}`}`;
        return finding(
          `order ${order.id} is ${order.status}, but its ticket ${order.ticketId} ${state}`,
          order.id,
          order.ticketId,
          ticket?.orderId,
        );
      },
    ),
};
