import { ticketUpdated } from '@ticketing/common/events';
import { forgetCreations } from '@ticketing/common/messaging';
import { carryOutOperatorRequests } from '@ticketing/common/operator';
import {
  httpKit,
  openLive,
  openService,
  openSite,
  SessionEndings,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { carryOutOperatorRequest } from './commands/carry-out-operator-request.ts';
import { countEvents } from './commands/count-events.ts';
import { createEarlierReleaseFollower } from './commands/follow-earlier-release.ts';
import { failOverdueDeliveries } from './commands/fail-overdue-deliveries.ts';
import { takeBegunOffSale } from './commands/take-begun-off-sale.ts';
import { withdrawLateListings } from './commands/withdraw-listings.ts';
import type { Deps } from './deps.ts';
import { openFileInspector } from './files/file-inspector.ts';
import { createHolderWaits } from './memory/holder-waits.ts';
import type { Config } from './config.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import { tickets } from './models/ticket.ts';
import { createListCache } from './memory/list-cache.ts';
import { createEventsFollower } from './queries/follow-events.ts';
import { eventSource } from './routes/stream-event.ts';
import { ticketSource } from './routes/stream-ticket.ts';
import { subscriptions } from './subscriptions.ts';

const creationsCheckMs = 60_000;
const operatorRequestsEveryMs = 500;
const closedAccountsCheckMs = 5_000;
const deliveriesCheckMs = 1_000;
const listMaxAgeMs = 1_000;
const eventsCheckMs = 250;
const liveEventsMs = 200;
const begunCheckMs = 1_000;
const earlierReleaseCheckMs = 30_000;
const minuteMs = 60_000;

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('tickets', config, overrides);
  const { logger, metrics, now, newId } = service;
  const endings = new SessionEndings(service);
  const site = openSite(service, config, { sessions: endings });
  const cache = createListCache({ maxAgeMs: listMaxAgeMs, now: () => performance.now() });
  const fileInspector = openFileInspector(service);
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    currency: config.CURRENCY,
    transaction: (work) => service.database.transaction(work),
    codeKey: config.CODE_KEY,
    deliveryMinMs: config.DELIVERY_MIN_MINUTES * minuteMs,
    clearListCache: cache.clear,
    holderWaits: createHolderWaits(),
    inspectFile: (...file) => fileInspector.inspect(...file),
    metrics: openMetrics(metrics),
  };
  const live = openLive(service, config, endings);
  const liveTickets = live.of(ticketSource(deps), [ticketUpdated]);
  const liveEvents = live.of(eventSource(deps));
  const repeat = (name: string, periodMs: number, run: () => Promise<unknown>) => () =>
    periodically({ name, periodMs, logger }, run);
  return service.run({
    collections,
    app: createApp(httpKit(service, site), { ...deps, listCache: cache, liveTickets, liveEvents }),
    listeners: subscriptions(deps),
    prices: { currency: config.CURRENCY, collections: [tickets.name] },
    site,
    endings,
    live,
    resources: [fileInspector],
    workers: [
      repeat('overdue deliveries', deliveriesCheckMs, () => failOverdueDeliveries(deps)),
      repeat('listings of closed accounts', closedAccountsCheckMs, () => withdrawLateListings(deps)),
      repeat('requests of operators', operatorRequestsEveryMs, () =>
        carryOutOperatorRequests({ ...deps, logger }, (request) =>
          carryOutOperatorRequest({ ...deps, securityLog: site.securityLog }, request),
        ),
      ),
      repeat('idempotency keys', creationsCheckMs, () => forgetCreations(deps.tickets, now())),
      repeat('events', eventsCheckMs, () => countEvents(deps)),
      repeat('live pages of events', liveEventsMs, createEventsFollower(deps, liveEvents)),
      repeat('begun events', begunCheckMs, () => takeBegunOffSale(deps)),
      repeat('tickets of an earlier release', earlierReleaseCheckMs, createEarlierReleaseFollower(deps)),
    ],
  });
};
