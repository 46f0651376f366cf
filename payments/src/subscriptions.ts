import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  userClosed,
  userCreated,
  userUpdated,
} from '@ticketing/common/events';
import { on, type Listener } from '@ticketing/common/messaging';
import { applyCancelledOrders, applyCreatedOrders, applyOrderStates } from './commands/apply-order-states.ts';
import { applyUserStates } from './commands/payout/apply-user-states.ts';
import type { Deps } from './deps.ts';

/** Shorter than the 2 s that a request to pay waits for its order. */
const createdLingerMs = 250;

/** Every event that payments consumes. No command of them calls Stripe. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(orderCreated, applyCreatedOrders(deps), { lingerMs: createdLingerMs }),
  on(orderUpdated, applyOrderStates(deps)),
  on(orderCancelled, applyCancelledOrders(deps)),
  on(userCreated, applyUserStates(deps)),
  on(userUpdated, applyUserStates(deps)),
  on(userClosed, applyUserStates(deps)),
];
