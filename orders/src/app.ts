import { buildApp, requireAuth, type HttpKit } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { cancelOrderRoute } from './routes/cancel-order.ts';
import { createOrderRoute } from './routes/create-order.ts';
import { getOrderRoute } from './routes/get-order.ts';
import { listOrdersRoute } from './routes/list-orders.ts';

export const createApp = (kit: HttpKit, deps: Deps): Express =>
  buildApp(kit, (app) => {
    app.post('/api/orders', requireAuth, createOrderRoute(deps));
    app.get('/api/orders', requireAuth, listOrdersRoute(deps));
    app.get('/api/orders/:orderId', requireAuth, getOrderRoute(deps));
    app.delete('/api/orders/:orderId', requireAuth, cancelOrderRoute(deps));
  });
