import type { OrderState, TicketState } from '@ticketing/common/events';
import type { LiveStates } from '@ticketing/common/http';
import type { Currency } from '@ticketing/common/money';
import type { EventWaits } from '@ticketing/common/service';
import type { OrdersMetrics } from './metrics.ts';
import type { Models } from './models/open-models.ts';

/** What commands and queries need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  /** Of all prices. */
  readonly currency: Currency;
  readonly windowSeconds: number;
  /** Unpaid orders that an account may have at once. */
  readonly maxLiveHolds: number;
  /** From the sale until the ticket must be delivered: at most, and at least. */
  readonly deliveryMs: { readonly max: number; readonly min: number };
  readonly metrics: OrdersMetrics;
  /** How long copies of held and sold tickets are gathered for one write. */
  readonly copyDelayMs: number;
  /** Called with tickets whose copies this process has stored. */
  readonly copied: (tickets: readonly TicketState[]) => void;
}

/** What routes need besides. */
export interface RouteDeps extends Deps {
  readonly liveOrders: LiveStates;
  readonly newTickets: EventWaits<TicketState>;
  readonly confirmations: EventWaits<OrderState>;
  /** How long a request waits until its ticket is known here, and until the hold of its order is confirmed. */
  readonly confirmationMs: number;
}
