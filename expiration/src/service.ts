import {
  httpKit,
  openService,
  periodically,
  type RunningService,
  type ServiceOverrides,
} from '@ticketing/common/service';
import { createApp } from './app.ts';
import { countUnansweredTimers } from './commands/count-unanswered-timers.ts';
import type { Deps } from './commands/deps.ts';
import { ringDueTimers } from './commands/ring-due-timers.ts';
import type { Config } from './config.ts';
import { openTimerQueue } from './gateways/timer-queue.ts';
import { collections, openModels } from './models/index.ts';
import { subscriptions } from './subscriptions.ts';

const sweepMs = 1_000;
const unansweredCheckMs = 60_000;

export const startService = async (config: Config, overrides: ServiceOverrides = {}): Promise<RunningService> => {
  const service = openService('expiration', config, overrides);
  const { logger, metrics, now } = service;
  const rung = metrics.counter('timers_rung_total', 'Times that a timer has rung');
  const unanswered = metrics.gauge(
    'timers_unanswered',
    'Timers that have been ringing for a day and whose orders are not heard to have ended',
  );
  const timerQueue = openTimerQueue({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger, now });
  const deps: Deps = {
    ...openModels(service),
    now,
    timerQueue,
    logger,
    meters: { rung: (count) => rung.inc(count), unanswered: (count) => unanswered.set(count) },
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
