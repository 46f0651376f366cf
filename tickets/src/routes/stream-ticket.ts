import { route, type LiveSource } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps, RouteDeps } from '../deps.ts';
import { findTicket, getTicket } from '../queries/get-ticket.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

export const streamTicketRoute = route(
  {
    name: 'streamTicket',
    description: 'Shows its state at once, then each new one within a second.',
    caller: 'anyone-or-user',
    response: {
      description: 'States of the ticket, as `GET /api/tickets/:ticketId` has it',
      body: ticketShape,
      isStream: true,
    },
    errors: [404],
  },
  (deps: RouteDeps) => async (req: Request<{ ticketId: string }>, res) => {
    const { ticketId } = req.params;
    await getTicket(deps, { ticketId, userId: req.currentUser?.id });
    await deps.liveTickets.open(req, res, ticketId);
  },
);

/** States of tickets, withdrawn ones too: who has opened a stream before sees that the ticket is withdrawn. */
export const ticketSource = (deps: Deps): LiveSource => ({
  read: async (id) => {
    const ticket = await findTicket(deps, id);
    return ticket === null ? undefined : toTicketView(deps, ticket);
  },
});
