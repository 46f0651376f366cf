import { NotFoundError } from '@ticketing/common/errors';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/** @throws NotFoundError */
export const getTicket = async (deps: Deps, ticketId: string): Promise<TicketDocument> => {
  const ticket = await deps.tickets.findOne({ _id: ticketId }, { projection: { outbox: 0, closedOrders: 0 } });
  if (ticket === null) throw new NotFoundError('Ticket not found');
  return ticket;
};
