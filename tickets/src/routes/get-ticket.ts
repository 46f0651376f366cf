import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { getTicket } from '../queries/get-ticket.ts';
import { toTicketView } from './ticket-view.ts';

export const getTicketRoute =
  (deps: Deps): RequestHandler<{ ticketId: string }> =>
  async (req, res) => {
    res.send(toTicketView(await getTicket(deps, req.params.ticketId)));
  };
