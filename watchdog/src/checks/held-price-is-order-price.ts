import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const heldPriceIsOrderPrice: Check = {
  name: 'held-price-is-order-price',
  rule: 'The price of a held or sold ticket equals the price of its order and the price that the buyer saw.',
  run: ({ tickets, orderById }) =>
    checkEach(
      tickets.filter(({ availability }) => availability !== 'on_sale'),
      (ticket) => {
        const order = lookUp(orderById, ticket.orderId);
        if (order === undefined) return undefined;
        const { price, ticketPrice, expectedPrice = ticketPrice } = order;
        return price === ticket.price && price === ticketPrice && price === expectedPrice
          ? undefined
          : finding(
              `ticket ${ticket.id} costs ${formatAmount(ticket.price)}, its order ${order.id} ${formatAmount(price)}; the buyer saw ${formatAmount(ticketPrice)} and named ${formatAmount(expectedPrice)}`,
              ticket.id,
              order.id,
            );
      },
    ),
};
