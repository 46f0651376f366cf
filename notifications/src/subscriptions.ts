import {
  chargeUpdated,
  orderCancelled,
  orderUpdated,
  userClosed,
  userCreated,
  userUpdated,
} from '@ticketing/common/events';
import { on, type Listener } from '@ticketing/common/messaging';
import { applyChargeStates } from './commands/apply-charge-states.ts';
import { applyOrderStates } from './commands/apply-order-states.ts';
import { applyUserStates } from './commands/apply-user-states.ts';
import type { Deps } from './deps.ts';

/** Every event that notifications consumes. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(userCreated, applyUserStates(deps)),
  on(userUpdated, applyUserStates(deps)),
  on(userClosed, applyUserStates(deps)),
  on(orderUpdated, applyOrderStates(deps)),
  on(orderCancelled, applyOrderStates(deps)),
  on(chargeUpdated, applyChargeStates(deps)),
];
