import { currentUserOf, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { editTicket } from '../commands/edit-ticket.ts';
import { editTicketBody } from './listing-body.ts';
import { toTicketView } from './ticket-view.ts';

export const editTicketRoute =
  (deps: Deps): RequestHandler<{ ticketId: string }> =>
  async (req, res) => {
    const edit = parse(editTicketBody, req.body);
    const { ticketId } = req.params;
    const ticket = await editTicket(deps, { ticketId, userId: currentUserOf(req).id, edit, trace: req.trace });
    res.send(toTicketView(ticket));
  };
