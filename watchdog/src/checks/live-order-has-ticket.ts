import { each, found, type Check } from './check.ts';

export const liveOrderHasTicket: Check = {
  name: 'live-order-has-ticket',
  says: 'An order that awaits payment or is complete has its ticket: held or sold by it.',
  compare: ({ orders, ticketById }) =>
    each(
      orders.filter(({ status }) => status === 'awaiting:payment' || status === 'complete'),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        if (ticket?.orderId === order.id && ticket.availability !== 'on_sale') return undefined;
        const state =
          ticket === undefined
            ? 'is unknown'
            : `is ${ticket.availability}${ticket.orderId === undefined ? '' : ` by order ${ticket.orderId}`}`;
        return found(
          `order ${order.id} is ${order.status}, its ticket ${order.ticketId} ${state}`,
          order.id,
          order.ticketId,
          ticket?.orderId,
        );
      },
    ),
};
