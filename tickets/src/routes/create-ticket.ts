import { currentUserOf, parse, route } from '@ticketing/common/http';
import { createTicket } from '../commands/create-ticket.ts';
import type { Deps } from '../deps.ts';
import { createTicketBody, requireFuture } from './listing-body.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const createTicketRoute = route(
  {
    name: 'createTicket',
    body: createTicketBody,
    response: { status: 201, description: 'The ticket is on sale', body: ticketShape },
  },
  (deps: Deps) => async (req, res) => {
    const listing = parse(createTicketBody, req.body);
    requireFuture(listing.startsAt, deps.now());
    const ticket = await createTicket(deps, { listing, userId: currentUserOf(req).id, trace: req.trace });
    res.status(201).send(toTicketView(ticket));
  },
);
