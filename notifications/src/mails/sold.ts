import { defineMail } from '@ticketing/common/mail';
import { formatInFull } from '@ticketing/common/time';
import { z } from 'zod';
import { deliveryDetails, eventDetails, eventRows } from './event-details.ts';

type Data = z.output<z.ZodObject<typeof eventDetails & typeof deliveryDetails>>;

/** What the seller must do, and until when. */
const todo = ({ deliverBy, isDelivered, startsAt, timeZone }: Data): string => {
  if (isDelivered === true)
    return 'The buyer has its file, and you have nothing to do. Do not use it or sell it elsewhere.';
  if (deliverBy !== undefined)
    return `If you have uploaded its file, the buyer has it now, and you have nothing to do. Otherwise upload it by ${formatInFull(deliverBy, timeZone)}: if you do not, the buyer gets the money back and you get nothing. Do not use the ticket or sell it elsewhere.`;
  return startsAt === undefined
    ? 'The ticket belongs to the buyer now. Keep it ready, and do not use it or sell it elsewhere.'
    : `The ticket belongs to the buyer now. Keep it ready until the event begins, on ${formatInFull(startsAt, timeZone)}, and do not use it or sell it elsewhere.`;
};

/** To the seller: the ticket is paid, and what is to do. */
export const sold = defineMail({
  name: 'sold',
  data: z.object({ ticketId: z.string(), ...eventDetails, ...deliveryDetails }),
  write: ({ ticketId, ...event }) => ({
    subject: `You have sold: ${event.title}`,
    body: [
      { paragraph: 'A buyer has paid for your ticket.' },
      { table: eventRows(event) },
      { paragraph: todo(event) },
      { button: 'See your ticket', path: `/tickets/${ticketId}` },
    ],
  }),
});
