import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';
import { calendarEntry } from '../domain/calendar-entry.ts';
import { eventDetails, eventRows, placeOf } from './event-details.ts';

/** To the buyer: the order is complete. With a calendar entry if the start is known. */
export const paid = defineMail({
  name: 'paid',
  data: z.object({ orderId: z.string(), ...eventDetails }),
  write: ({ orderId, ...event }, { publicUrl }) => ({
    subject: `You have bought: ${event.title}`,
    body: [
      { paragraph: 'We have received your payment, and the ticket is yours.' },
      { table: eventRows(event) },
      { button: 'See your order', path: `/orders/${orderId}` },
      { paragraph: 'Your order shows everything about the ticket. Nobody else can buy it any more.' },
    ],
    attachments:
      event.startsAt === undefined
        ? []
        : [
            calendarEntry({
              id: `${orderId}@${publicUrl.hostname}`,
              title: event.title,
              startsAt: new Date(event.startsAt),
              place: placeOf(event),
              url: `${publicUrl.origin}/orders/${orderId}`,
            }),
          ],
  }),
});
