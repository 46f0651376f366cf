import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { on, type Listener } from '@ticketing/common/messaging';
import { armTimers } from './commands/arm-timers.ts';
import { endTimers } from './commands/end-timers.ts';
import type { Deps } from './deps.ts';

/** A hold lasts for seconds at least, and `orders` does not depend on its timer. */
const lingerMs = 250;

/** Every event that expiration consumes. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(orderCreated, armTimers(deps), { lingerMs }),
  on(orderUpdated, endTimers(deps), { lingerMs }),
  on(orderCancelled, endTimers(deps), { lingerMs }),
];
