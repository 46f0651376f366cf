import { BadRequestError, NotAuthorizedError } from '@ticketing/common/errors';
import { ticketUpdated, type Trace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { withdrawal } from '../models/listing-changes.ts';
import { getTicket } from '../queries/get-ticket.ts';

export interface WithdrawTicket {
  readonly ticketId: string;
  readonly userId: string;
  readonly trace: Trace;
}

/**
 * Takes a ticket off sale for good, for its seller; a withdrawn ticket stays as it is. A release before this one refuses
 * claims and edits of it as well, since it is not on sale.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for a held or sold ticket, EventBacklogError while too many
 *   earlier changes wait to be published.
 */
export const withdrawTicket = async (deps: Deps, { ticketId, userId, trace }: WithdrawTicket): Promise<void> => {
  const after = await deps.ticketStore.change({
    filter: { _id: ticketId, userId, availability: { $in: ['on_sale', 'over'] } },
    set: withdrawal(deps.now()),
    event: ticketUpdated,
    trace,
    whenBacklogged: 'refuse',
  });
  if (after !== null) {
    deps.clearListCache();
    return;
  }
  const ticket = await getTicket(deps, { ticketId, userId });
  if (ticket.userId !== userId) throw new NotAuthorizedError();
  if (ticket.availability === 'withdrawn') return;
  if (ticket.availability === 'sold') throw new BadRequestError('Cannot withdraw a sold ticket');
  // Also if it was released just now: it was held when the write found it not on sale.
  throw new BadRequestError('Cannot withdraw a reserved ticket');
};
