import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  userClosed,
  userCreated,
  userUpdated,
} from '@ticketing/common/events';
import { on, type Listener } from '@ticketing/common/messaging';
import { applyCancelledOrders, applyOrderStates } from './commands/apply-order-states.ts';
import { applyUserStates } from './commands/payout/apply-user-states.ts';
import type { Deps } from './deps.ts';

/** Every event that payments consumes. No command of them calls Stripe. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(orderCreated, applyOrderStates(deps)),
  on(orderUpdated, applyOrderStates(deps)),
  on(orderCancelled, applyCancelledOrders(deps)),
  on(userCreated, applyUserStates(deps)),
  on(userUpdated, applyUserStates(deps)),
  on(userClosed, applyUserStates(deps)),
];
