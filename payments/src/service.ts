import {
  connectRateLimitRedis,
  httpKit,
  openService,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { createArrivals } from './commands/arrivals.ts';
import type { Deps } from './commands/deps.ts';
import { createOwnPayments } from './commands/own-payments.ts';
import { findStrayMoney, returnMoney } from './commands/return-money.ts';
import { settleAbandonedAttempts } from './commands/settle-abandoned-attempts.ts';
import type { Config } from './config.ts';
import { createStripeGateway, type PaymentGateway } from './gateways/stripe.ts';
import { collections, openModels } from './models/index.ts';
import { createRateLimits } from './routes/rate-limits.ts';
import { subscriptions } from './subscriptions.ts';

const moneyBackEveryMs = 500;
const abandonedEveryMs = 2_000;
const strayMoneyEveryMs = 30_000;

/** How long a buyer waits for Stripe. */
const patienceMs = 20_000;

export interface PaymentsOverrides extends ServiceOverrides {
  /** What lies between us and Stripe. */
  readonly gateway?: (real: PaymentGateway) => PaymentGateway;
  readonly patienceMs?: number;
}

export const startService = async (config: Config, overrides: PaymentsOverrides = {}): Promise<RunningService> => {
  const service = openService('payments', config, overrides);
  const { logger, metrics, now } = service;
  const limits = connectRateLimitRedis(config, logger);
  const recovered = metrics.counter(
    'attempts_recovered_total',
    'Attempts that had no outcome 40 s after their claim, their process dead or given up, settled by what Stripe says',
  );
  const refunded = metrics.counter('refunds_total', 'Money of cancelled orders that was returned');
  const stray = metrics.counter('stray_money_total', 'Money of cancelled orders that only the last net has found');
  const refusedByStripe = metrics.counter(
    'attempts_refused_by_stripe_total',
    'Attempts that Stripe refused because another one had paid or was under way',
  );
  const patience = overrides.patienceMs ?? patienceMs;
  const stripe = createStripeGateway(
    {
      key: config.STRIPE_KEY,
      webhookSecret: config.STRIPE_WEBHOOK_SECRET,
      host: config.STRIPE_HOST,
      // Two calls make a payment: both may be slow, or one may hang and be repeated.
      callTimeoutMs: Math.floor(patience * 0.45),
    },
    logger,
    { attemptRefused: () => refusedByStripe.inc() },
  );
  const deps: Deps = {
    ...openModels(service),
    now,
    gateway: overrides.gateway?.(stripe) ?? stripe,
    arrivals: createArrivals(),
    ownPayments: createOwnPayments(),
    // A worker comes again; the shorter it waits, the sooner a process can stop.
    patienceMs: { buyer: patience, worker: Math.floor(patience * 0.4) },
    maxAttempts: config.PAYMENT_ATTEMPTS,
    counters: {
      attemptRecovered: () => recovered.inc(),
      refunded: () => refunded.inc(),
      strayMoneyFound: (count) => stray.inc(count),
    },
  };
  const every = (periodMs: number, name: string, action: () => Promise<void>) => () =>
    periodically({ name, periodMs, logger }, action);
  return service.run({
    collections,
    app: createApp(httpKit(service, config), deps, createRateLimits(limits.redis)),
    listeners: subscriptions(deps),
    resources: [limits],
    workers: [
      every(moneyBackEveryMs, 'money back', () => returnMoney(deps)),
      every(abandonedEveryMs, 'abandoned attempts', () => settleAbandonedAttempts(deps)),
      every(strayMoneyEveryMs, 'stray money', () => findStrayMoney(deps)),
    ],
  });
};
