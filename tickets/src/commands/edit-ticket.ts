import { eventIdOf } from '@ticketing/common/event-id';
import { BadRequestError, ConflictError, NotAuthorizedError } from '@ticketing/common/errors';
import { ticketUpdated, type Trace } from '@ticketing/common/events';
import { cityKey, edited, effectiveChange, hasBegun, type ListingEdit } from '../domain/listing.ts';
import { searchKeys } from '../domain/search-keys.ts';
import { nextRevision, uncountedIn } from '../models/listing-changes.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { getTicket } from '../queries/get-ticket.ts';

/** What its seller may change. */
const editable = ['on_sale', 'over'] as const;

export interface EditTicket {
  readonly ticketId: string;
  readonly userId: string;
  readonly edit: ListingEdit;
  readonly trace: Trace;
}

/**
 * Edits a ticket that is on sale, or would be if its event had not begun: with a start in the future it is again. An edit without effect leaves version and revision and publishes no event.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for a held, sold or withdrawn ticket, ConflictError after a concurrent
 *   edit, EventBacklogError while too many earlier changes wait to be published.
 */
export const editTicket = async (deps: Deps, request: EditTicket): Promise<TicketDocument> => {
  const before = await ownTicket(deps, request);
  const change = effectiveChange(before, request.edit);
  if (Object.keys(change.set).length === 0 && change.unset.length === 0) return before;
  const { city } = request.edit;
  const listing = edited(before, request.edit);
  const eventId = eventIdOf(listing);
  const after = await deps.ticketStore.change({
    // Concurrent claims and releases leave the revision: they conflict only while the ticket is not on sale.
    filter: { _id: request.ticketId, revision: before.revision, availability: { $in: [...editable] } },
    set: {
      ...change.set,
      ...(typeof city === 'string' ? { cityKey: cityKey(city) } : {}),
      eventId,
      availability: hasBegun(listing, deps.now()) ? 'over' : 'on_sale',
      words: searchKeys(listing),
      keysOf: { revision: before.revision + 1, eventId },
      uncounted: uncountedIn(eventId),
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
  if (!editable.some((availability) => availability === ticket.availability))
    throw new BadRequestError('Cannot edit a reserved ticket');
  return ticket;
};
