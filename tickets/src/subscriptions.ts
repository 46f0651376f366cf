import {
  orderCancelled,
  orderCreated,
  orderDeliveryDue,
  orderUpdated,
  userClosed,
  userUpdated,
} from '@ticketing/common/events';
import { on, onEach, type Listener } from '@ticketing/common/messaging';
import { claimTickets } from './commands/claim-tickets.ts';
import { failDueDeliveries } from './commands/fail-overdue-deliveries.ts';
import { releaseTickets } from './commands/release-tickets.ts';
import { sellTickets } from './commands/sell-tickets.ts';
import { withdrawListings, withdrawSuspendedListings } from './commands/withdraw-listings.ts';
import type { Deps } from './deps.ts';

/** Every event that tickets consumes. */
export const subscriptions = (deps: Deps): Listener[] => [
  on(orderCreated, claimTickets(deps)),
  on(orderUpdated, sellTickets(deps)),
  on(orderCancelled, releaseTickets(deps)),
  on(orderDeliveryDue, failDueDeliveries(deps)),
  onEach(userUpdated, withdrawSuspendedListings(deps)),
  onEach(userClosed, withdrawListings(deps)),
];
