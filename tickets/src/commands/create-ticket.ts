import { ticketCreated, type Trace } from '@ticketing/common/events';
import { cityKey, type Listing } from '../domain/listing.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/** Lists a ticket for sale. */
export const createTicket = async (
  deps: Deps,
  request: { readonly userId: string; readonly listing: Listing; readonly trace: Trace },
): Promise<TicketDocument> => {
  const { listing, trace, userId } = request;
  const ticket = await deps.ticketStore.insert(
    {
      _id: deps.newId(),
      revision: 0,
      ...listing,
      ...(listing.city === undefined ? {} : { cityKey: cityKey(listing.city) }),
      userId,
      availability: 'on_sale' as const,
      closedOrders: [],
      createdAt: deps.now(),
    },
    ticketCreated,
    trace,
  );
  deps.clearListCache();
  return ticket;
};
