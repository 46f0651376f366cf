import type { Listener } from '@ticketing/common/messaging';
import type { Deps } from './commands/deps.ts';
import { onChargeUpdated } from './listeners/charge-updated.ts';
import { onOrderExpired } from './listeners/order-expired.ts';
import { onTicketClaimRefused } from './listeners/ticket-claim-refused.ts';
import { onTicketCreated } from './listeners/ticket-created.ts';
import { onTicketUpdated } from './listeners/ticket-updated.ts';

/** Every event that orders consumes. A new charge changes nothing for its order, so `charge.created` is not among them. */
export const subscriptions = (deps: Deps): Listener[] => [
  onTicketCreated(deps),
  onTicketUpdated(deps),
  onTicketClaimRefused(deps),
  onOrderExpired(deps),
  onChargeUpdated(deps),
];
