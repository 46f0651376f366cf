import { pageHeaders, parse, reachable, route } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { listEvents } from '../queries/list-events.ts';
import { eventShape } from './event-shape.ts';
import { toEventView } from './event-view.ts';
import { listHeaders, listQuery } from './list-query.ts';
import { anyCurrency } from './listing-body.ts';

const path = '/api/events';

const listEventsQuery = (currency: Currency) => z.object(listQuery(currency)).refine(...reachable);

export const listEventsRoute = route(
  {
    name: 'listEvents',
    description: 'Events that have tickets on sale. Prices are the lowest of each; `newest` means the newest listing.',
    query: listEventsQuery(anyCurrency),
    response: { description: 'A page of events', headers: pageHeaders, body: z.array(eventShape) },
  },
  (deps: Deps & { readonly listCache: ListCache }) => {
    const querySchema = listEventsQuery(deps.currency);
    return async (req, res) => {
      const query = parse(querySchema, req.query);
      const page = await deps.listCache.get(JSON.stringify([path, query]), async () => {
        const { entries, ...counted } = await listEvents(deps, query);
        return {
          headers: listHeaders(path, query, deps.currency, counted),
          body: Buffer.from(JSON.stringify(entries.map((event) => toEventView(deps, event)))),
        };
      });
      res.set(page.headers).type('json').send(page.body);
    };
  },
);
