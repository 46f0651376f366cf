import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { on, type Listener } from '@ticketing/common/messaging';
import { armTimers } from './commands/arm-timers.ts';
import { endTimers } from './commands/end-timers.ts';
import type { Deps } from './deps.ts';

/** Every event that expiration consumes. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(orderCreated, armTimers(deps)),
  on(orderUpdated, endTimers(deps)),
  on(orderCancelled, endTimers(deps)),
];
