import { buildApp, requireAuth, type HttpKit } from '@ticketing/common/http';
import type { Express, RequestHandler } from 'express';
import type { Deps } from './deps.ts';
import { getChargeRoute } from './routes/get-charge.ts';
import { payOrderRoute } from './routes/pay-order.ts';
import { webhookRoute } from './routes/webhook.ts';

export const createApp = (kit: HttpKit, deps: Deps, limits: readonly RequestHandler[]): Express =>
  buildApp(
    kit,
    (app) => {
      app.post('/api/payments', requireAuth, ...limits, payOrderRoute(deps));
      app.post('/api/payments/webhook', webhookRoute(deps));
      app.get('/api/payments/:orderId', requireAuth, getChargeRoute(deps));
    },
    { raw: ['/api/payments/webhook'] },
  );
