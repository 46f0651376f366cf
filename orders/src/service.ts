import {
  httpKit,
  openService,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { cancelOverdueOrders } from './commands/cancel-overdue-orders.ts';
import type { Deps } from './commands/deps.ts';
import { createStuckTickets } from './commands/tell-orders-of-stuck-tickets.ts';
import { tellUnconfirmedOrders } from './commands/tell-unconfirmed-orders.ts';
import type { Config } from './config.ts';
import { collections, openModels } from './models/index.ts';
import { subscriptions } from './subscriptions.ts';

const overdueCheckMs = 5_000;
const unconfirmedCheckMs = 5_000;
const stuckTicketsCheckMs = 10_000;

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('orders', config, overrides);
  const { logger, metrics, now, newId } = service;
  const repaired = metrics.counter(
    'overdue_orders_cancelled_total',
    'Orders whose timer never rang, cancelled a minute late',
  );
  const toldAgain = metrics.counter(
    'orders_told_again_total',
    'Orders of which nothing had come for half a minute, told of once more',
  );
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    windowSeconds: config.EXPIRATION_WINDOW_SECONDS,
    counters: { overdueCancelled: (count) => repaired.inc(count), toldAgain: (count) => toldAgain.inc(count) },
  };
  const stuckTickets = createStuckTickets(deps);
  return service.run({
    collections,
    app: createApp(httpKit(service, config), deps),
    listeners: subscriptions(deps),
    workers: [
      () => periodically({ name: 'overdue orders', periodMs: overdueCheckMs, logger }, () => cancelOverdueOrders(deps)),
      () =>
        periodically({ name: 'unconfirmed orders', periodMs: unconfirmedCheckMs, logger }, () =>
          tellUnconfirmedOrders(deps),
        ),
      () =>
        periodically({ name: 'stuck tickets', periodMs: stuckTicketsCheckMs, logger }, () => stuckTickets.tellOrders()),
    ],
  });
};
