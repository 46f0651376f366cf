import { each, found, money, type Check } from './check.ts';

export const heldPriceIsOrderPrice: Check = {
  name: 'held-price-is-order-price',
  says: 'The price of a held or sold ticket is its order’s price, which is what the buyer was shown.',
  compare: ({ tickets, orderById }) =>
    each(
      tickets.filter(({ availability }) => availability !== 'on_sale'),
      (ticket) => {
        const order = orderById.get(ticket.orderId ?? '');
        if (order === undefined) return undefined;
        return order.price === ticket.price && order.price === order.ticketPrice
          ? undefined
          : found(
              `ticket ${ticket.id} costs ${money(ticket.price)}, its order ${order.id} ${money(order.price)}, shown was ${money(order.ticketPrice)}`,
              ticket.id,
              order.id,
            );
      },
    ),
};
