import { defineMail } from '@ticketing/common/mail';
import { formatInFull } from '@ticketing/common/time';
import { z } from 'zod';

/** To the seller, 12 hours before: a sold ticket is not delivered yet. */
export const deliverSoon = defineMail({
  name: 'deliver-soon',
  data: z.object({
    ticketId: z.string(),
    title: z.string(),
    deliverBy: z.string(),
    /** Absent for a venue without one, and from mails that the release before has enqueued. */
    timeZone: z.string().optional(),
  }),
  write: ({ ticketId, title, deliverBy, timeZone }) => ({
    subject: `Deliver your ticket: ${title}`,
    body: [
      {
        paragraph: `You have sold this ticket, and its buyer does not have it yet. Upload its file by ${formatInFull(deliverBy, timeZone)}. If you do not, the buyer gets the money back and you get nothing.`,
      },
      { table: [['Ticket', title]] },
      { button: 'Deliver the ticket', path: `/tickets/${ticketId}` },
    ],
  }),
});
