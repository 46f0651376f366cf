import type { Reading } from '../books/reading.ts';
import type { TicketRecord } from '../books/records.ts';
import { each, found, type Check } from './check.ts';

const problem = (ticket: TicketRecord, { orderById }: Reading): string | undefined => {
  const { availability, orderId, isSold } = ticket;
  if (availability === 'on_sale' && (orderId !== undefined || isSold)) return 'is on sale although it has an order';
  if (availability === 'held' && (orderId === undefined || isSold)) return 'is held by nobody, or sold already';
  if (availability === 'sold' && (orderId === undefined || !isSold)) return 'is sold to nobody, or at no time';
  if (!['on_sale', 'held', 'sold'].includes(availability)) return `is ${availability}, which there is not`;
  // Closed by a refusal, its order is still `created` for a moment.
  const wrong = ticket.closedOrders.find((id) =>
    ['awaiting:payment', 'complete'].includes(orderById.get(id)?.status ?? ''),
  );
  return wrong === undefined
    ? undefined
    : `takes order ${wrong} for over, which is ${orderById.get(wrong)?.status ?? ''}`;
};

export const legalTicketState: Check = {
  name: 'legal-ticket-state',
  says: 'A ticket is on sale, held or sold, has an order exactly when it is held or sold, and takes no living order for over.',
  compare: (reading) =>
    each(reading.tickets, (ticket) => {
      const text = problem(ticket, reading);
      return text === undefined ? undefined : found(`ticket ${ticket.id} ${text}`, ticket.id, ticket.orderId);
    }),
};
