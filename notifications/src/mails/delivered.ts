import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';

/** To the buyer: the seller has delivered the ticket after the sale. */
export const delivered = defineMail({
  name: 'delivered',
  data: z.object({ orderId: z.string(), title: z.string() }),
  write: ({ orderId, title }) => ({
    subject: `Your ticket is here: ${title}`,
    body: [
      {
        paragraph:
          'The seller has delivered your ticket. Download it from your order, and show its code at the entrance.',
      },
      { table: [['Ticket', title]] },
      { button: 'Download your ticket', path: `/orders/${orderId}` },
    ],
  }),
});
