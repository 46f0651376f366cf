import { httpKit, openService, type RunningService, type ServiceOverrides } from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Deps } from './commands/deps.ts';
import { createOtherHolders } from './commands/other-holders.ts';
import type { Config } from './config.ts';
import { collections, openModels } from './models/index.ts';
import { createListCache } from './routes/list-cache.ts';
import { subscriptions } from './subscriptions.ts';

const listMaxAgeMs = 1_000;

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('tickets', config, overrides);
  const { metrics, now, newId } = service;
  const cache = createListCache({ maxAgeMs: listMaxAgeMs, now: () => performance.now() });
  const otherHolders = createOtherHolders(() => now().getTime());
  const refused = metrics.counter('claims_refused_total', 'Orders that could not have their tickets', ['reason']);
  const toldAgain = metrics.counter(
    'tickets_told_again_total',
    'Tickets of which an order had not heard what became of it, told of once more',
  );
  const deps: Deps = {
    ...openModels(service),
    now,
    newId,
    listChanged: cache.clear,
    otherHolders,
    counters: { claimRefused: (reason) => refused.inc({ reason }), toldAgain: (count) => toldAgain.inc(count) },
  };
  return service.run({
    collections,
    app: createApp(httpKit(service, config), deps, cache),
    listeners: subscriptions(deps),
  });
};
