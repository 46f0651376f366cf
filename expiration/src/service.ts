import {
  httpKit,
  openService,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { countUnansweredTimers } from './commands/count-unanswered-timers.ts';
import type { Deps } from './deps.ts';
import { ringDueTimers } from './commands/ring-due-timers.ts';
import type { Config } from './config.ts';
import { openTimerQueue } from './gateways/timer-queue.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels } from './models/open-models.ts';
import { subscriptions } from './subscriptions.ts';

const sweepMs = 1_000;
const unansweredCheckMs = 60_000;

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('expiration', config, overrides);
  const { logger, metrics, now } = service;
  const timerQueue = openTimerQueue({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger, now });
  const deps: Deps = {
    ...openModels(service),
    now,
    timerQueue,
    logger,
    metrics: openMetrics(metrics),
  };
  return service.run({
    collections,
    app: createApp(httpKit(service)),
    listeners: subscriptions(deps),
    workers: [
      () => timerQueue.onAlarm(() => ringDueTimers(deps)),
      () => periodically({ name: 'due timers', periodMs: sweepMs, logger }, () => ringDueTimers(deps)),
      () =>
        periodically({ name: 'unanswered timers', periodMs: unansweredCheckMs, logger }, () =>
          countUnansweredTimers(deps),
        ),
    ],
  });
};
