import { ticketState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Copies of tickets, each the newest state that this service has received. */
export const ticketCopies = defineCollection({
  name: 'tickets',
  fields: { ticket: { ...copyOf(ticketState), required: true } },
  indexes: [
    {
      key: { 'ticket.orderId': 1 },
      name: 'tickets_with_an_order',
      partialFilterExpression: { 'ticket.orderId': { $exists: true } },
    },
  ],
});

export type TicketCopy = DocumentOf<typeof ticketCopies>;
