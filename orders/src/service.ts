import { orderCancelled, orderUpdated, type TicketState } from '@ticketing/common/events';
import { forgetCreations } from '@ticketing/common/messaging';
import {
  httpKit,
  openEventWaits,
  openLive,
  openService,
  openSite,
  SessionEndings,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { closeOverdueOrders, repeatClosingQuestions } from './commands/close-overdue-orders.ts';
import { countOpenProblems } from './commands/count-open-problems.ts';
import type { Deps } from './deps.ts';
import { endLateOrders } from './commands/end-orders-of-closed-accounts.ts';
import { createStuckTicketsRepair } from './commands/republish-orders-of-stuck-tickets.ts';
import { markKeptTickets } from './commands/mark-kept-tickets.ts';
import { republishUnconfirmedOrders } from './commands/republish-unconfirmed-orders.ts';
import type { Config } from './config.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import { orders } from './models/order.ts';
import { ticketCopies } from './models/ticket-copy.ts';
import { orderSource } from './routes/stream-order.ts';
import { subscriptions } from './subscriptions.ts';

const overdueCheckMs = 250;
const closingCheckMs = 1_000;
const unconfirmedCheckMs = 5_000;
const stuckTicketsCheckMs = 10_000;
const creationsCheckMs = 60_000;
const closedAccountsCheckMs = 5_000;
const keptTicketsCheckMs = 5_000;
const problemsCheckMs = 30_000;
const minuteMs = 60_000;
const copyDelayMs = 100;

export interface OrdersOverrides extends ServiceOverrides {
  /** How long a request waits for its ticket, and for the confirmation of its hold; 150 ms by default. */
  readonly confirmationMs?: number;
}

export const startService = async (config: Config, overrides: OrdersOverrides = {}): Promise<RunningService> => {
  const service = openService('orders', config, overrides);
  const { logger, metrics, now, newId } = service;
  const endings = new SessionEndings(service);
  const site = openSite(service, config, { sessions: endings });
  // Another replica may copy a ticket, but this one reads that only once its wait is over.
  const newTickets = openEventWaits<TicketState>(service, []);
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    currency: config.CURRENCY,
    windowSeconds: config.EXPIRATION_WINDOW_SECONDS,
    maxLiveHolds: config.MAX_LIVE_HOLDS,
    deliveryMs: { max: config.DELIVERY_HOURS * 60 * minuteMs, min: config.DELIVERY_MIN_MINUTES * minuteMs },
    metrics: openMetrics(metrics),
    copyDelayMs,
    copied: (tickets) => newTickets.heard(tickets),
  };
  const live = openLive(service, config, endings);
  const liveOrders = live.of(orderSource(deps), [orderUpdated, orderCancelled]);
  const confirmations = openEventWaits(service, [orderUpdated, orderCancelled]);
  const { confirmationMs = 150 } = overrides;
  const repair = (name: string, periodMs: number, run: () => Promise<unknown>) => () =>
    periodically({ name, periodMs, logger }, run);
  return service.run({
    collections,
    app: createApp(httpKit(service, site), { ...deps, liveOrders, newTickets, confirmations, confirmationMs }),
    listeners: subscriptions(deps),
    prices: { currency: config.CURRENCY, collections: [orders.name, ticketCopies.name] },
    site,
    endings,
    live,
    waits: [newTickets, confirmations],
    workers: [
      repair('overdue orders', overdueCheckMs, () => closeOverdueOrders(deps)),
      repair('closing orders', closingCheckMs, () => repeatClosingQuestions(deps)),
      repair('unconfirmed orders', unconfirmedCheckMs, () => republishUnconfirmedOrders(deps)),
      repair('stuck tickets', stuckTicketsCheckMs, createStuckTicketsRepair(deps)),
      repair('idempotency keys', creationsCheckMs, () => forgetCreations(deps.orders, now())),
      repair('orders of closed accounts', closedAccountsCheckMs, () => endLateOrders(deps)),
      repair('open problems', problemsCheckMs, () => countOpenProblems(deps)),
      repair('kept tickets', keptTicketsCheckMs, () => markKeptTickets(deps)),
    ],
  });
};
