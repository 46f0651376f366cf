import { neverCached, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getTicket } from '../queries/get-ticket.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const getTicketRoute = route(
  {
    name: 'getTicket',
    description: 'A withdrawn ticket exists for its seller only.',
    caller: 'anyone-or-user',
    response: { description: 'The ticket', body: ticketShape },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    const ticket = await getTicket(deps, { ticketId: req.params.ticketId, userId: req.currentUser?.id });
    if (ticket.withdrawnAt !== undefined) res.set(neverCached);
    res.send(toTicketView(deps, ticket));
  },
);
