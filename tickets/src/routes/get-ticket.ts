import { route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getTicket } from '../queries/get-ticket.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const getTicketRoute = route(
  { name: 'getTicket', response: { description: 'The ticket', body: ticketShape }, errors: [404] },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    res.send(toTicketView(await getTicket(deps, req.params.ticketId)));
  },
);
