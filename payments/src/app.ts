import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { getChargeRoute } from './routes/get-charge.ts';
import { payOrderRoute } from './routes/pay-order.ts';
import { webhookRoute } from './routes/webhook.ts';

export const routes: readonly RoutedEndpoint<Deps>[] = [
  on.post('/api/payments', 'paying', [signedIn], payOrderRoute),
  on.post('/api/payments/webhook', 'webhook', [], webhookRoute),
  on.get('/api/payments/:orderId', 'reading', [signedIn], getChargeRoute),
];

export const createApp = (kit: HttpKit, deps: Deps): Express =>
  buildApp(kit, serve(routes, deps), { raw: ['/api/payments/webhook'] });
