import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { withdrawTicket } from '../commands/withdraw-ticket.ts';
import type { Deps } from '../deps.ts';

export const withdrawTicketRoute = route(
  {
    name: 'withdrawTicket',
    description: 'For good: the ticket is shown to its seller only.',
    response: { status: 204, description: 'The ticket is withdrawn' },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    await withdrawTicket(deps, { ticketId: req.params.ticketId, userId: currentUserOf(req).id, trace: req.trace });
    res.status(204).end();
  },
);
