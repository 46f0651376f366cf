import 'server-only';
import type { Failure, Result } from '../api/api.ts';
import { listTickets } from '../api/marketplace.ts';
import type { ListedTicket } from '../api/schemas.ts';
import { toApiQuery, type CatalogueQuery } from '../catalogue-query.ts';
import { readPaging, type Paging } from '../paging.ts';
import { anonymousApi } from './api.ts';
import { createBriefCache } from './brief-cache.ts';
import { siteCurrency } from './runtime.ts';

export interface TicketPage {
  readonly tickets: readonly ListedTicket[];
  readonly paging: Paging;
}

export type Loaded<Data> = { readonly data: Data } | { readonly failure: Failure };

// Short, since the tickets service caches its list as well, and a released ticket should be listed within 2 s.
const cache = createBriefCache<Loaded<TicketPage>>({
  maxAgeMs: 300,
  maxBytes: 32 * 1024 * 1024,
  // Strings take one or two bytes a character.
  bytesOf: (page) => JSON.stringify(page).length * 2,
  keep: (page) => 'data' in page,
  now: () => performance.now(),
});

export const toTicketPage = (result: Result<ListedTicket[]>, page: number): Loaded<TicketPage> => {
  if (!result.ok) return { failure: result.failure };
  return { data: { tickets: result.data, paging: readPaging(result.header, { page, shown: result.data.length }) } };
};

/** A page of the tickets on sale, the same for every user. */
export const loadCatalogue = async (query: CatalogueQuery): Promise<Loaded<TicketPage>> => {
  const params = toApiQuery(query, siteCurrency());
  const api = await anonymousApi();
  let isReader = false;
  const read = async () => {
    isReader = true;
    return toTicketPage(await listTickets(api, params), query.page);
  };
  const loaded = await cache.get(params.toString(), read);
  // The visitor whose read was shared had exceeded a limit; this one has not.
  return 'failure' in loaded && loaded.failure.status === 429 && !isReader ? read() : loaded;
};
