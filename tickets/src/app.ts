import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { createTicketRoute } from './routes/create-ticket.ts';
import { editTicketRoute } from './routes/edit-ticket.ts';
import { getEventRoute } from './routes/get-event.ts';
import { getFileRoute } from './routes/get-file.ts';
import { getTicketRoute } from './routes/get-ticket.ts';
import type { ListCache } from './memory/list-cache.ts';
import { listEventsRoute } from './routes/list-events.ts';
import { listTicketsRoute } from './routes/list-tickets.ts';
import { uploadFileRoute } from './routes/upload-file.ts';
import { withdrawTicketRoute } from './routes/withdraw-ticket.ts';

export const routes: readonly RoutedEndpoint<Deps & { readonly listCache: ListCache }>[] = [
  on.get('/api/tickets', 'reading', [], listTicketsRoute),
  on.get('/api/tickets/:ticketId', 'reading', [], getTicketRoute),
  on.get('/api/tickets/:ticketId/file', 'reading', [signedIn], getFileRoute),
  on.put('/api/tickets/:ticketId/file', 'listing', [signedIn], uploadFileRoute),
  on.post('/api/tickets', 'listing', [signedIn], createTicketRoute),
  on.put('/api/tickets/:ticketId', 'listing', [signedIn], editTicketRoute),
  on.delete('/api/tickets/:ticketId', 'writing', [signedIn], withdrawTicketRoute),
  on.get('/api/events', 'reading', [], listEventsRoute),
  on.get('/api/events/:eventId', 'reading', [], getEventRoute),
];

export const createApp = (kit: HttpKit, deps: Deps, listCache: ListCache): Express =>
  buildApp(kit, serve(routes, { ...deps, listCache }));
