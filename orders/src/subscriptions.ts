import {
  chargeClosed,
  chargeUpdated,
  orderExpired,
  ticketClaimRefused,
  ticketCreated,
  ticketUpdated,
  userClosed,
  userUpdated,
} from '@ticketing/common/events';
import { on, onEach, type Listener } from '@ticketing/common/messaging';
import { applyChargeStates } from './commands/apply-charge-states.ts';
import { applyTicketStates } from './commands/apply-ticket-states.ts';
import { cancelClosedOrders } from './commands/cancel-closed-orders.ts';
import { cancelRefusedOrder } from './commands/cancel-refused-order.ts';
import { endOrdersOfClosedAccount, endOrdersOfSuspendedAccount } from './commands/end-orders-of-closed-accounts.ts';
import type { Deps } from './deps.ts';
import { expireOrders } from './commands/expire-orders.ts';

/** Every event that orders consumes; not `charge.created`, since a new charge does not change its order. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(ticketCreated, applyTicketStates(deps)),
  // Many at once, since each batch waits 100 ms for its copies; 48 × 100 events in progress take 20 MB.
  on(ticketUpdated, applyTicketStates(deps), { concurrency: 48 }),
  onEach(ticketClaimRefused, cancelRefusedOrder(deps)),
  on(orderExpired, expireOrders(deps)),
  on(chargeUpdated, applyChargeStates(deps)),
  on(chargeClosed, cancelClosedOrders(deps)),
  onEach(userUpdated, endOrdersOfSuspendedAccount(deps)),
  onEach(userClosed, endOrdersOfClosedAccount(deps)),
];
