import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

/** To the seller: the money of a sale is returned to the buyer. */
export const saleRefunded = defineMail({
  name: 'sale-refunded',
  data: z.object({ ticketId: z.string(), title: z.string(), amount: z.number(), currency: z.string() }),
  write: ({ ticketId, title, amount, currency }) => ({
    subject: `Your sale was refunded: ${title}`,
    body: [
      { paragraph: 'The buyer of your ticket gets the money back, so there are no proceeds from this sale.' },
      {
        table: [
          ['Ticket', title],
          ['Amount', formatMoney(currencyOf(currency), amount)],
        ],
      },
      { button: 'See your ticket', path: `/tickets/${ticketId}` },
    ],
  }),
});
