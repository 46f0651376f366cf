import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';
import { formatTime } from '../domain/format.ts';
import { eventDetails, eventRows } from './event-details.ts';

/** To the seller: the ticket is paid. */
export const sold = defineMail({
  name: 'sold',
  data: z.object({ ticketId: z.string(), ...eventDetails }),
  write: ({ ticketId, ...event }) => ({
    subject: `You have sold: ${event.title}`,
    body: [
      { paragraph: 'A buyer has paid for your ticket.' },
      { table: eventRows(event) },
      {
        paragraph:
          event.startsAt === undefined
            ? 'The ticket belongs to the buyer now. Keep it ready, and do not use it or sell it elsewhere.'
            : `The ticket belongs to the buyer now. Keep it ready until the event begins, on ${formatTime(event.startsAt, event.timeZone)}, and do not use it or sell it elsewhere.`,
      },
      { button: 'See your ticket', path: `/tickets/${ticketId}` },
    ],
  }),
});
