import { currentUserOf, parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import { createTicket } from '../commands/create-ticket.ts';
import type { Deps } from '../deps.ts';
import { createTicketBody } from './listing-body.ts';
import { toTicketView } from './ticket-view.ts';

export const createTicketRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const listing = parse(createTicketBody, req.body);
    const ticket = await createTicket(deps, { listing, userId: currentUserOf(req).id, trace: req.trace });
    res.status(201).send(toTicketView(ticket));
  };
