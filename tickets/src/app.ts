import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { RouteDeps } from './deps.ts';
import { createTicketRoute } from './routes/create-ticket.ts';
import { editTicketRoute } from './routes/edit-ticket.ts';
import { getCodesRoute } from './routes/get-codes.ts';
import { getEventRoute } from './routes/get-event.ts';
import { getFileRoute } from './routes/get-file.ts';
import { getSummaryRoute } from './routes/get-summary.ts';
import { getTicketRoute } from './routes/get-ticket.ts';
import { listEventsRoute } from './routes/list-events.ts';
import { listTicketsRoute } from './routes/list-tickets.ts';
import { streamEventRoute } from './routes/stream-event.ts';
import { streamTicketRoute } from './routes/stream-ticket.ts';
import { uploadFileRoute } from './routes/upload-file.ts';
import { withdrawTicketRoute } from './routes/withdraw-ticket.ts';

export const routes: readonly RoutedEndpoint<RouteDeps>[] = [
  on.get('/api/tickets', 'reading', [], listTicketsRoute),
  on.get('/api/tickets/summary', 'summing', [signedIn], getSummaryRoute),
  on.get('/api/tickets/:ticketId', 'reading', [], getTicketRoute),
  on.get('/api/tickets/:ticketId/stream', 'reading', [], streamTicketRoute),
  on.get('/api/tickets/:ticketId/file', 'reading', [signedIn], getFileRoute),
  on.get('/api/tickets/:ticketId/file/codes', 'reading', [signedIn], getCodesRoute),
  on.put('/api/tickets/:ticketId/file', 'listing', [signedIn], uploadFileRoute),
  on.post('/api/tickets', 'listing', [signedIn], createTicketRoute),
  on.put('/api/tickets/:ticketId', 'listing', [signedIn], editTicketRoute),
  on.delete('/api/tickets/:ticketId', 'writing', [signedIn], withdrawTicketRoute),
  on.get('/api/events', 'reading', [], listEventsRoute),
  on.get('/api/events/:eventId', 'reading', [], getEventRoute),
  on.get('/api/events/:eventId/stream', 'reading', [], streamEventRoute),
];

export const createApp = (kit: HttpKit, deps: RouteDeps): Express => buildApp(kit, serve(routes, deps));
