import { currentUserOf, parse, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { editTicket } from '../commands/edit-ticket.ts';
import { getTicket } from '../queries/get-ticket.ts';
import { anyCurrency, editTicketBody, requireFuture } from './listing-body.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const editTicketRoute = route(
  {
    name: 'editTicket',
    description: 'A detail that is left out stays, null clears it.',
    body: editTicketBody(anyCurrency),
    response: { description: 'The ticket as it is now', body: ticketShape },
    errors: [404, 409],
  },
  (deps: Deps) => {
    const body = editTicketBody(deps.currency);
    return async (req: Request<{ ticketId: string }>, res) => {
      const edit = parse(body, req.body);
      const { ticketId } = req.params;
      const userId = currentUserOf(req).id;
      // A start that is over may stay as it is.
      if (edit.startsAt instanceof Date && edit.startsAt <= deps.now()) {
        const { startsAt } = await getTicket(deps, { ticketId, userId });
        if (startsAt?.getTime() !== edit.startsAt.getTime()) requireFuture(edit.startsAt, deps.now());
      }
      const ticket = await editTicket(deps, { ticketId, userId, edit, trace: req.trace });
      res.send(toTicketView(deps, ticket));
    };
  },
);
