import type { Service } from '@ticketing/common/service';
import type { TimerQueue } from './gateways/timer-queue.ts';
import type { ExpirationMetrics } from './metrics.ts';
import type { Models } from './models/open-models.ts';

/** What the commands need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly timerQueue: TimerQueue;
  readonly logger: Service['logger'];
  readonly metrics: ExpirationMetrics;
}
