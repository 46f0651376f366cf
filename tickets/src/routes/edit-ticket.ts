import { currentUserOf, parse, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { editTicket } from '../commands/edit-ticket.ts';
import { editTicketBody } from './listing-body.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const editTicketRoute = route(
  {
    name: 'editTicket',
    description: 'A detail that is left out stays, null clears it.',
    body: editTicketBody,
    response: { description: 'The ticket as it is now', body: ticketShape },
    errors: [404, 409],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    const edit = parse(editTicketBody, req.body);
    const { ticketId } = req.params;
    const ticket = await editTicket(deps, { ticketId, userId: currentUserOf(req).id, edit, trace: req.trace });
    res.send(toTicketView(ticket));
  },
);
