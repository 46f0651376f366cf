import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { RouteDeps } from './deps.ts';
import { cancelOrderRoute } from './routes/cancel-order.ts';
import { createOrderRoute } from './routes/create-order.ts';
import { getOrderRoute } from './routes/get-order.ts';
import { listOrdersRoute } from './routes/list-orders.ts';
import { reportProblemRoute } from './routes/report-problem.ts';
import { streamOrderRoute } from './routes/stream-order.ts';

export const routes: readonly RoutedEndpoint<RouteDeps>[] = [
  on.post('/api/orders', 'ordering', [signedIn], createOrderRoute),
  on.get('/api/orders', 'reading', [signedIn], listOrdersRoute),
  on.get('/api/orders/:orderId', 'reading', [signedIn], getOrderRoute),
  on.get('/api/orders/:orderId/stream', 'reading', [signedIn], streamOrderRoute),
  on.post('/api/orders/:orderId/problem', 'reporting', [signedIn], reportProblemRoute),
  on.delete('/api/orders/:orderId', 'writing', [signedIn], cancelOrderRoute),
];

export const createApp = (kit: HttpKit, deps: RouteDeps): Express => buildApp(kit, serve(routes, deps));
