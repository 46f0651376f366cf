import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

const texts = {
  bank: 'The buyer has disputed the payment for your ticket at their bank. Nothing is paid out for this sale until the bank has decided. If it decides for the buyer, the money goes back, also what you have been paid already.',
  report:
    'The buyer has reported a problem with your ticket. Nothing is paid out for this sale until our support team has settled it.',
} as const;

/** To the seller: nothing is paid out for a sale while a dispute at the bank, or a problem that the buyer has reported, is open. */
export const saleDisputed = defineMail({
  name: 'sale-disputed',
  data: z.object({
    ticketId: z.string(),
    title: z.string(),
    amount: z.number(),
    currency: z.string(),
    by: z.enum(['bank', 'report']),
  }),
  write: ({ ticketId, title, amount, currency, by }) => ({
    subject: `Your sale is disputed: ${title}`,
    body: [
      { paragraph: texts[by] },
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
