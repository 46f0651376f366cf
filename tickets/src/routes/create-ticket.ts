import { currentUserOf, idempotentRequest, parse, route } from '@ticketing/common/http';
import { createOnce } from '@ticketing/common/messaging';
import { createTicket } from '../commands/create-ticket.ts';
import type { Deps } from '../deps.ts';
import { anyCurrency, createTicketBody, requireFuture } from './listing-body.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const createTicketRoute = route(
  {
    name: 'createTicket',
    body: createTicketBody(anyCurrency),
    response: { status: 201, description: 'The ticket is on sale', body: ticketShape },
    isIdempotent: true,
  },
  (deps: Deps) => {
    const body = createTicketBody(deps.currency);
    return async (req, res) => {
      const userId = currentUserOf(req).id;
      const request = idempotentRequest(req);
      const ticket = await createOnce(deps.tickets, { userId }, request, () => {
        const listing = parse(body, req.body);
        requireFuture(listing.startsAt, deps.now());
        return createTicket(deps, { listing, userId, request, trace: req.trace });
      });
      res.status(201).send(toTicketView(deps, ticket));
    };
  },
);
