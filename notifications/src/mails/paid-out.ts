import { defineMail } from '@ticketing/common/mail';
import { currencyOf, formatMoney } from '@ticketing/common/money';
import { z } from 'zod';

/** To the seller: the proceeds of a sale were transferred. */
export const paidOut = defineMail({
  name: 'paid-out',
  data: z.object({ ticketId: z.string(), title: z.string(), amount: z.number(), currency: z.string() }),
  write: ({ ticketId, title, amount, currency }) => ({
    subject: `You are paid for: ${title}`,
    body: [
      {
        paragraph:
          'We have transferred the proceeds of your sale to your account at Stripe, which pays them out to your bank account.',
      },
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
