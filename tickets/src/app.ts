import { buildApp, requireAuth, type HttpKit } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { createTicketRoute } from './routes/create-ticket.ts';
import { editTicketRoute } from './routes/edit-ticket.ts';
import { getTicketRoute } from './routes/get-ticket.ts';
import type { ListCache } from './memory/list-cache.ts';
import { listTicketsRoute } from './routes/list-tickets.ts';

export const createApp = (kit: HttpKit, deps: Deps, cache: ListCache): Express =>
  buildApp(kit, (app) => {
    app.get('/api/tickets', listTicketsRoute(deps, cache));
    app.get('/api/tickets/:ticketId', getTicketRoute(deps));
    app.post('/api/tickets', requireAuth, createTicketRoute(deps));
    app.put('/api/tickets/:ticketId', requireAuth, editTicketRoute(deps));
  });
