import { currentUserOf, neverCached, pageHeaders, parse, reachable, route } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { findEvent } from '../queries/get-event.ts';
import { listTickets } from '../queries/list-tickets.ts';
import { listHeaders, listQuery, once, oneOf, optional } from './list-query.ts';
import { anyCurrency } from './listing-body.ts';
import { listedTicketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

const path = '/api/tickets';

const listTicketsQuery = (currency: Currency) =>
  z
    .object({
      mine: optional(oneOf(['true', 'false'], 'Mine must be true or false')),
      eventId: optional(once('EventId'), 'Those of one event'),
      ...listQuery(currency),
    })
    .refine(...reachable);

/** Of the event whose tickets are listed: a page read before a change that the event shows is not sent after it. */
const versionOf = async (deps: Deps, { eventId }: { readonly eventId?: string | undefined }) =>
  eventId === undefined ? undefined : (await findEvent(deps, eventId))?.seq;

export const listTicketsRoute = route(
  {
    name: 'listTickets',
    description:
      "What can be bought now, the same for everybody; with mine=true the caller's own tickets, held, sold and withdrawn ones too. Without descriptions.",
    caller: 'anyone-or-user',
    query: listTicketsQuery(anyCurrency),
    response: { description: 'A page of tickets', headers: pageHeaders, body: z.array(listedTicketShape) },
    errors: [401],
  },
  (deps: Deps & { readonly listCache: ListCache }) => {
    const querySchema = listTicketsQuery(deps.currency);
    return async (req, res) => {
      const query = parse(querySchema, req.query);
      const read = async (userId?: string) => {
        const { entries, ...counted } = await listTickets(deps, { ...query, userId });
        return {
          headers: listHeaders(path, query, deps.currency, counted),
          body: Buffer.from(JSON.stringify(entries.map((ticket) => toTicketView(deps, ticket)))),
        };
      };
      // Every caller gets the same page of tickets on sale.
      const page =
        query.mine === 'true'
          ? await read(currentUserOf(req).id)
          : await deps.listCache.get(JSON.stringify([path, query, await versionOf(deps, query)]), () => read());
      if (query.mine === 'true') res.set(neverCached);
      res.set(page.headers).type('json').send(page.body);
    };
  },
);
