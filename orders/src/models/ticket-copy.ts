import { ticketState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Copies of tickets that an order holds and has not bought. (MongoDB refuses `$exists: false` in a partial index.) */
export const heldTickets = { 'ticket.orderId': { $exists: true }, 'ticket.soldAt': null } as const;

/** Copies of tickets, each the newest state that this service has received. */
export const ticketCopies = defineCollection({
  name: 'tickets',
  fields: { ticket: { ...copyOf(ticketState), required: true } },
  // A copy leaves the index when its ticket is sold.
  indexes: [{ key: { 'ticket.orderId': 1 }, name: 'held_tickets', partialFilterExpression: heldTickets }],
  retiredIndexes: ['tickets_with_an_order'],
});

export type TicketCopy = DocumentOf<typeof ticketCopies>;
