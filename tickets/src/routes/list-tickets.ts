import { currentUserOf, neverCached, pageHeaders, reachable, route } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ListCache } from '../memory/list-cache.ts';
import { findEvent } from '../queries/get-event.ts';
import { listTickets } from '../queries/list-tickets.ts';
import { listHeaders, listQuery, once, oneOf, optional, queryReader, sendListPage, toListPage } from './list-query.ts';
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

/**
 * The key of a page of one event's tickets has the event's version: a page read before a change that the event shows is not
 * sent after it.
 */
const versioned = async (deps: Deps, key: string, eventId: string | undefined): Promise<string> =>
  eventId === undefined ? key : `${key} ${(await findEvent(deps, eventId))?.seq}`;

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
    const readQuery = queryReader(path, listTicketsQuery(deps.currency));
    return async (req, res) => {
      const { query, key } = readQuery(req);
      const read = async (userId?: string) => {
        const { entries, ...counted } = await listTickets(deps, { ...query, userId });
        return toListPage(
          listHeaders(path, query, deps.currency, counted),
          entries.map((ticket) => toTicketView(deps, ticket)),
        );
      };
      // Every caller gets the same page of tickets on sale.
      const page =
        query.mine === 'true'
          ? await read(currentUserOf(req).id)
          : await deps.listCache.get(await versioned(deps, key, query.eventId), () => read());
      if (query.mine === 'true') res.set(neverCached);
      sendListPage(res, page);
    };
  },
);
