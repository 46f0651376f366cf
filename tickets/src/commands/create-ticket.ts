import { NotAuthorizedError } from '@ticketing/common/errors';
import { eventIdOf } from '@ticketing/common/event-id';
import { ticketCreated, type Trace } from '@ticketing/common/events';
import { creationOf, type IdempotentRequest } from '@ticketing/common/messaging';
import { cityKey, type Listing } from '../domain/listing.ts';
import { searchKeys } from '../domain/search-keys.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { withdrawListingsOf } from './withdraw-listings.ts';

export interface CreateTicket {
  readonly userId: string;
  readonly listing: Listing;
  readonly request?: IdempotentRequest | undefined;
  readonly trace: Trace;
}

/**
 * Lists a ticket for sale.
 * @throws NotAuthorizedError if the account has been closed meanwhile; the ticket is withdrawn.
 */
export const createTicket = async (
  deps: Deps,
  { userId, listing, request, trace }: CreateTicket,
): Promise<TicketDocument> => {
  const now = deps.now();
  const first = {
    _id: deps.newId(),
    revision: 0,
    ...listing,
    currency: deps.currency.code,
    ...(listing.city === undefined ? {} : { cityKey: cityKey(listing.city) }),
    userId,
    eventId: eventIdOf(listing),
    availability: 'on_sale' as const,
    delivery: 'by_seller' as const,
    closedOrders: [],
    createdAt: now,
  };
  const { revision, eventId } = first;
  const found = { words: searchKeys(listing), keysOf: { revision, eventId }, uncounted: [eventId] };
  const ticket = await deps.ticketStore.insert(
    { ...first, ...found, ...creationOf(request, first, now) },
    ticketCreated,
    trace,
  );
  deps.clearListCache();
  if (await deps.closedAccounts.has(userId)) {
    await withdrawListingsOf(deps, { userIds: [userId], trace });
    throw new NotAuthorizedError();
  }
  return ticket;
};
