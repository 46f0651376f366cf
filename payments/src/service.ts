import { orderUpdated } from '@ticketing/common/events';
import { carryOutOperatorRequests } from '@ticketing/common/operator';
import { openReceipts } from '@ticketing/common/receipt';
import {
  httpKit,
  openEventWaits,
  openService,
  openSite,
  SessionEndings,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { countOpenMoney } from './commands/money/count-open-money.ts';
import { fillEventIds } from './commands/fill-event-ids.ts';
import { followStripe, readUnreadMoney } from './commands/money/follow-stripe.ts';
import { moveEntries } from './commands/money/move-entries.ts';
import { carryOutOperatorRequest } from './commands/operator/carry-out-operator-request.ts';
import { countFailingPayouts } from './commands/payout/count-failing-payouts.ts';
import { payOutSales } from './commands/payout/pay-out-sales.ts';
import { settleAbandonedAttempts, settleActions } from './commands/reconcile/settle-abandoned-attempts.ts';
import { markUnmarkedRefunds } from './commands/refund/mark-unmarked-refunds.ts';
import { refundCancelledOrders } from './commands/refund/refund-cancelled-orders.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { createAccountGateway, type AccountGateway } from './gateways/stripe/accounts.ts';
import { openStripe } from './gateways/stripe/client.ts';
import { createStripeGateway, type PaymentGateway } from './gateways/stripe/gateway.ts';
import { createTransferGateway, type TransferGateway } from './gateways/stripe/transfers.ts';
import { createLocalPayments } from './memory/local-payments.ts';
import { createMovedOrders } from './memory/moved-orders.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import { charges } from './models/payment.ts';
import { subscriptions } from './subscriptions.ts';

const hourMs = 60 * 60_000;
const refundsEveryMs = 500;
const abandonedEveryMs = 2_000;
const operatorRequestsEveryMs = 500;
const payoutsEveryMs = 500;
const payoutCountsEveryMs = 15_000;
const unmarkedEveryMs = 30_000;
const entriesEveryMs = 500;

export interface PaymentsOverrides extends ServiceOverrides {
  /** Wraps the Stripe gateway. */
  readonly gateway?: (real: PaymentGateway) => PaymentGateway;
  /** Wraps the gateway to sellers' accounts. */
  readonly accounts?: (real: AccountGateway) => AccountGateway;
  /** Wraps the gateway of transfers. */
  readonly transfers?: (real: TransferGateway) => TransferGateway;
  /** How long a buyer's request waits for Stripe; 20 s by default. */
  readonly timeoutMs?: number;
  /** How often Stripe's events are followed; every minute by default. */
  readonly followEveryMs?: number;
  /** How long a request waits for the events of a new order, which may arrive after it; 2 s by default. */
  readonly waitForOrderMs?: number;
  /** How long a request that has paid waits until its order is complete; 150 ms by default. */
  readonly completionMs?: number;
}

export const startService = async (config: Config, overrides: PaymentsOverrides = {}): Promise<RunningService> => {
  const service = openService('payments', config, overrides);
  const { logger, now, newId } = service;
  const endings = new SessionEndings(service);
  const site = openSite(service, config, { sessions: endings });
  const metrics = openMetrics(service.metrics);
  const { timeoutMs = 20_000, waitForOrderMs = 2_000, completionMs = 150, followEveryMs = 60_000 } = overrides;
  const stripe = openStripe(
    {
      key: config.STRIPE_KEY,
      host: config.STRIPE_HOST,
      // Three requests fit into the time of a buyer's one call; a retry returns the response to the first, however slow.
      callTimeoutMs: Math.floor(timeoutMs * 0.3),
    },
    logger,
    metrics,
  );
  const gateway = createStripeGateway(
    stripe,
    {
      webhookSecrets: config.STRIPE_WEBHOOK_SECRET,
      returnUrl: (orderId) => new URL(`/orders/${orderId}?from=bank`, config.PUBLIC_URL).href,
    },
    metrics,
  );
  const accounts = createAccountGateway(stripe, new URL('/sales', config.PUBLIC_URL).href);
  const transfers = createTransferGateway(stripe);
  const payableOrders = openEventWaits(service, [orderUpdated]);
  const completions = openEventWaits(service, [orderUpdated]);
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    securityLog: site.securityLog,
    logger,
    currency: config.CURRENCY,
    feePercent: config.SELLER_FEE_PERCENT,
    payoutDelayMs: config.PAYOUT_DELAY_HOURS * hourMs,
    site: new URL(config.PUBLIC_URL),
    receipts: openReceipts(),
    gateway: overrides.gateway?.(gateway) ?? gateway,
    accounts: overrides.accounts?.(accounts) ?? accounts,
    transfers: overrides.transfers?.(transfers) ?? transfers,
    payableOrders,
    completions,
    localPayments: createLocalPayments(),
    movedOrders: createMovedOrders(),
    metrics,
    // A worker retries anyway; the shorter its timeout, the sooner a process can stop.
    timeoutMs: { buyer: timeoutMs, worker: Math.floor(timeoutMs * 0.4) },
    waitForOrderMs,
    completionMs,
    maxDeclines: config.PAYMENT_ATTEMPTS,
  };
  const every = (periodMs: number, name: string, action: (signal: AbortSignal) => Promise<void>) => () =>
    periodically({ name, periodMs, logger }, action);
  return service.run({
    collections,
    app: createApp(httpKit(service, site), deps),
    listeners: subscriptions(deps),
    prices: { currency: config.CURRENCY, collections: [charges.name] },
    site,
    endings,
    waits: [payableOrders, completions],
    workers: [
      every(operatorRequestsEveryMs, 'requests of operators', () =>
        carryOutOperatorRequests(deps, (request) => carryOutOperatorRequest(deps, request)),
      ),
      every(refundsEveryMs, 'refunds of cancelled orders', (signal) => refundCancelledOrders(deps, signal)),
      every(abandonedEveryMs, 'abandoned attempts', () => settleAbandonedAttempts(deps)),
      every(abandonedEveryMs, 'confirmations by banks', () => settleActions(deps)),
      every(payoutsEveryMs, 'payouts', (signal) => payOutSales(deps, signal)),
      every(payoutCountsEveryMs, 'counts of payouts', () => countFailingPayouts(deps)),
      every(unmarkedEveryMs, 'unmarked refunds', () => markUnmarkedRefunds(deps)),
      every(entriesEveryMs, 'entries of the ledger', () => moveEntries(deps)),
      every(followEveryMs, 'Stripe events', () => followStripe(deps)),
      every(unmarkedEveryMs, 'open refunds and disputes', () => countOpenMoney(deps)),
      every(unmarkedEveryMs, 'unread money', (signal) => readUnreadMoney(deps, signal)),
      every(unmarkedEveryMs, 'paid orders without an event', () => fillEventIds(deps)),
    ],
  });
};
