import type { Service } from '@ticketing/common/service';
import type { TimerQueue } from '../gateways/timer-queue.ts';
import type { Models } from '../models/index.ts';

/** What the commands of expiration need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly timerQueue: TimerQueue;
  readonly logger: Service['logger'];
  readonly meters: {
    rung(count: number): void;
    unanswered(count: number): void;
  };
}
