import { salesOfStateShape, salesSummaryShape } from '@ticketing/payments/sales-shapes';
import { ticketSummaryShape } from '@ticketing/tickets/shapes';
import * as z from 'zod/mini';
import type { Api } from './api.ts';
import { ticketsSchema } from './schemas.ts';

// Beside marketplace.ts, which every form brings to the browser: only the server reads summaries.

const ticketSummarySchema = z.extend(ticketSummaryShape, {
  toDeliver: z.extend(ticketSummaryShape.shape.toDeliver, { first: ticketsSchema }),
});
// A newer release may have a state and a unit that the site does not know.
const salesSummarySchema = z.extend(salesSummaryShape, {
  states: z.array(z.extend(salesOfStateShape, { state: z.string() })),
  unit: z.string(),
});

export type TicketSummary = z.infer<typeof ticketSummarySchema>;
export type SalesSummary = z.infer<typeof salesSummarySchema>;

export const getTicketSummary = (api: Api) =>
  api.send(ticketSummarySchema, { method: 'GET', path: '/api/tickets/summary' });

export const getSalesSummary = (api: Api) =>
  api.send(salesSummarySchema, { method: 'GET', path: '/api/payments/sales/summary' });
