import { eventIdOf } from '@ticketing/common/event-id';
import { BadRequestError, ConflictError, NotAuthorizedError } from '@ticketing/common/errors';
import { ticketUpdated, type Trace } from '@ticketing/common/events';
import { cityKey, edited, effectiveChange, type ListingEdit } from '../domain/listing.ts';
import { nextRevision } from '../models/listing-changes.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { getTicket } from '../queries/get-ticket.ts';

export interface EditTicket {
  readonly ticketId: string;
  readonly userId: string;
  readonly edit: ListingEdit;
  readonly trace: Trace;
}

/**
 * Edits a ticket that is on sale. An edit without effect leaves version and revision and publishes no event.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for a held, sold or withdrawn ticket, ConflictError after a concurrent
 *   edit, EventBacklogError while too many earlier changes wait to be published.
 */
export const editTicket = async (deps: Deps, request: EditTicket): Promise<TicketDocument> => {
  const before = await ownTicket(deps, request);
  const change = effectiveChange(before, request.edit);
  if (Object.keys(change.set).length === 0 && change.unset.length === 0) return before;
  const { city } = request.edit;
  const after = await deps.ticketStore.change({
    // Concurrent claims and releases leave the revision: they conflict only while the ticket is not on sale.
    filter: { _id: request.ticketId, revision: before.revision, availability: 'on_sale' },
    set: {
      ...change.set,
      ...(typeof city === 'string' ? { cityKey: cityKey(city) } : {}),
      eventId: eventIdOf(edited(before, request.edit)),
      ...nextRevision,
    },
    unset: change.unset.includes('city') ? [...change.unset, 'cityKey'] : change.unset,
    event: ticketUpdated,
    trace: request.trace,
    whenBacklogged: 'refuse',
  });
  if (after === null) {
    await ownTicket(deps, request);
    throw new ConflictError('The ticket has been changed in the meantime');
  }
  deps.clearListCache();
  return after;
};

const ownTicket = async (deps: Deps, request: EditTicket): Promise<TicketDocument> => {
  const ticket = await getTicket(deps, request);
  if (ticket.userId !== request.userId) throw new NotAuthorizedError();
  if (ticket.withdrawnAt !== undefined) throw new BadRequestError('Cannot edit a withdrawn ticket');
  if (ticket.availability !== 'on_sale') throw new BadRequestError('Cannot edit a reserved ticket');
  return ticket;
};
