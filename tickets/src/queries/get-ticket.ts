import { NotFoundError } from '@ticketing/common/errors';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/** The ticket without what no response shows; null if there is none. */
export const findTicket = (deps: Pick<Deps, 'tickets'>, ticketId: string): Promise<TicketDocument | null> =>
  deps.tickets.findOne({ _id: ticketId }, { projection: { outbox: 0, closedOrders: 0, words: 0 } });

/**
 * The ticket as this user may see it: a withdrawn one exists for its seller only.
 * @throws NotFoundError
 */
export const getTicket = async (
  deps: Deps,
  { ticketId, userId }: { readonly ticketId: string; readonly userId: string | undefined },
): Promise<TicketDocument> => {
  const ticket = await findTicket(deps, ticketId);
  if (ticket === null || (ticket.withdrawnAt !== undefined && ticket.userId !== userId)) {
    throw new NotFoundError('Ticket not found');
  }
  return ticket;
};
