import 'server-only';
import type { Api, Failure, Result } from '../api/api.ts';
import { listEvents, listTickets } from '../api/marketplace.ts';
import type { EventEntry, ListedTicket } from '../api/schemas.ts';
import { toApiQuery, type CatalogueQuery } from '../catalogue-query.ts';
import { readPaging, type Paging } from '../paging.ts';
import { isSharedRendering } from '../response-status.ts';
import { anonymousApi } from './api.ts';
import { createBriefCache } from './brief-cache.ts';
import { siteCurrency } from './runtime.ts';

export interface TicketPage {
  readonly tickets: readonly ListedTicket[];
  readonly paging: Paging;
  /** Events of these tickets that have more than one on sale; only in the catalogue. */
  readonly events: readonly EventEntry[];
}

export type Loaded<Data> = { readonly data: Data } | { readonly failure: Failure };

// Short, since the tickets service caches its list as well, and a released ticket should be listed within 2 s.
const cache = createBriefCache<Loaded<TicketPage>>({
  maxAgeMs: 300,
  maxBytes: 32 * 1024 * 1024,
  // Strings take one or two bytes a character.
  bytesOf: (page) => JSON.stringify(page).length * 2,
  keep: (page) => 'data' in page,
  // The visitor whose read it was has exceeded a limit; another one has not.
  isOwn: (page) => 'failure' in page && page.failure.status === 429,
  now: () => performance.now(),
});

export const toTicketPage = (result: Result<ListedTicket[]>, page: number): Loaded<TicketPage> => {
  if (!result.ok) return { failure: result.failure };
  return {
    data: { tickets: result.data, paging: readPaging(result.header, { page, shown: result.data.length }), events: [] },
  };
};

/** The page with the events of its tickets. Without them, if they cannot be read, it shows the tickets all the same. */
const withEvents = async (api: Api, loaded: Loaded<TicketPage>): Promise<Loaded<TicketPage>> => {
  if ('failure' in loaded) return loaded;
  const ids = [...new Set(loaded.data.tickets.flatMap(({ eventId }) => eventId ?? []))];
  if (ids.length === 0) return loaded;
  const result = await listEvents(api, new URLSearchParams({ ids: ids.join(','), limit: String(ids.length) }));
  const events = result.ok ? result.data.filter(({ onSale }) => onSale > 1) : [];
  return { data: { ...loaded.data, events } };
};

/** A page of the tickets on sale, the same for every user. */
export const loadCatalogue = async (query: CatalogueQuery): Promise<Loaded<TicketPage>> => {
  const params = toApiQuery(query, siteCurrency());
  const api = await anonymousApi();
  const read = async () => withEvents(api, toTicketPage(await listTickets(api, params), query.page));
  // Such a page is kept for a second itself.
  return isSharedRendering() ? read() : cache.get(params.toString(), read);
};
