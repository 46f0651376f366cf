import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { getChargeRoute } from './routes/get-charge.ts';
import { getReceiptRoute } from './routes/get-receipt.ts';
import { getSalesSummaryRoute } from './routes/get-sales-summary.ts';
import { getBalanceRoute, listSalesRoute } from './routes/list-sales.ts';
import { payOrderRoute } from './routes/pay-order.ts';
import { beginOnboardingRoute, getPayoutAccountRoute } from './routes/payout-account.ts';
import { webhookRoute } from './routes/webhook.ts';

export const routes: readonly RoutedEndpoint<Deps>[] = [
  on.post('/api/payments', 'paying', [signedIn], payOrderRoute),
  on.post('/api/payments/webhook', 'webhook', [], webhookRoute),
  on.get('/api/payments/sales', 'reading', [signedIn], listSalesRoute),
  on.get('/api/payments/sales/summary', 'summing', [signedIn], getSalesSummaryRoute),
  on.get('/api/payments/balance', 'reading', [signedIn], getBalanceRoute),
  on.get('/api/payments/payout-account', 'reading', [signedIn], getPayoutAccountRoute),
  on.post('/api/payments/payout-account', 'onboarding', [signedIn], beginOnboardingRoute),
  on.get('/api/payments/:orderId', 'reading', [signedIn], getChargeRoute),
  on.get('/api/payments/:orderId/receipt', 'rendering', [signedIn], getReceiptRoute),
];

export const createApp = (kit: HttpKit, deps: Deps): Express =>
  buildApp(kit, serve(routes, deps), { raw: ['/api/payments/webhook'] });
