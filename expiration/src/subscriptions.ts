import type { Listener } from '@ticketing/common/messaging';
import type { Deps } from './deps.ts';
import { onOrderCancelled } from './listeners/order-cancelled.ts';
import { onOrderCreated } from './listeners/order-created.ts';
import { onOrderUpdated } from './listeners/order-updated.ts';

/** Every event that expiration consumes. */
export const subscriptions = (deps: Deps): Listener[] => [
  onOrderCreated(deps),
  onOrderUpdated(deps),
  onOrderCancelled(deps),
];
