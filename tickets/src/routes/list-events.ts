import { pageHeaders, reachable, route } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { listEvents } from '../queries/list-events.ts';
import { eventShape } from './event-shape.ts';
import { toEventView } from './event-view.ts';
import { listHeaders, listQuery, optional, queryReader, sendListPage, toListPage } from './list-query.ts';
import { anyCurrency } from './listing-body.ts';

const path = '/api/events';

/** As many as a page has. */
const maxIds = 100;

const ids = z
  .string('Ids must be given once')
  .max(maxIds * 25, 'Ids is too long')
  .transform((value) => value.split(','));

const listEventsQuery = (currency: Currency) =>
  z
    .object({ ids: optional(ids, 'Those of these ids, which are separated by commas'), ...listQuery(currency) })
    .refine(...reachable);

export const listEventsRoute = route(
  {
    name: 'listEvents',
    description: 'Events that have tickets on sale. Prices are the lowest of each; `newest` means the newest listing.',
    query: listEventsQuery(anyCurrency),
    response: { description: 'A page of events', headers: pageHeaders, body: z.array(eventShape) },
  },
  (deps: Deps & { readonly listCache: ListCache }) => {
    const readQuery = queryReader(path, listEventsQuery(deps.currency));
    return async (req, res) => {
      const { query, key } = readQuery(req);
      const page = await deps.listCache.get(key, async () => {
        const { entries, ...counted } = await listEvents(deps, query);
        return toListPage(
          listHeaders(path, query, deps.currency, counted),
          entries.map((event) => toEventView(deps, event)),
        );
      });
      sendListPage(res, page);
    };
  },
);
