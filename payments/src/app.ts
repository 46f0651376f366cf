import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express, RequestHandler } from 'express';
import type { Deps } from './deps.ts';
import { getChargeRoute } from './routes/get-charge.ts';
import { payOrderRoute } from './routes/pay-order.ts';
import { limited, type Limited } from './routes/rate-limits.ts';
import { webhookRoute } from './routes/webhook.ts';

export const routes: readonly RoutedEndpoint<Deps & Limited>[] = [
  on.post('/api/payments', [signedIn, limited], payOrderRoute),
  on.post('/api/payments/webhook', [], webhookRoute),
  on.get('/api/payments/:orderId', [signedIn], getChargeRoute),
];

export const createApp = (kit: HttpKit, deps: Deps, limits: RequestHandler[]): Express =>
  buildApp(kit, serve(routes, { ...deps, limits }), { raw: ['/api/payments/webhook'] });
