import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { readList, type ListPage, type ListRequest } from './read-list.ts';

export type ListedTicket = Omit<
  TicketDocument,
  'description' | 'outbox' | 'closedOrders' | 'creation' | 'words' | 'keysOf' | 'uncounted'
>;

export const listedProjection = {
  outbox: 0,
  closedOrders: 0,
  creation: 0,
  description: 0,
  words: 0,
  keysOf: 0,
  uncounted: 0,
} as const;

/** A page of tickets on sale, or of a seller's own, held, sold and withdrawn ones too; without their descriptions. */
export const listTickets = (
  deps: Pick<Deps, 'tickets' | 'now'>,
  { userId, ...request }: ListRequest & { readonly userId?: string | undefined },
  maxTimeMS?: number,
): Promise<ListPage<ListedTicket>> =>
  readList({ collection: deps.tickets, userId, projection: listedProjection, now: deps.now(), maxTimeMS }, request);
