import { chargeClosed, chargeUpdated } from './charge.ts';
import type { EventDefinition } from './define-event.ts';
import { orderCancelled, orderCreated, orderDeliveryDue, orderExpired, orderUpdated } from './order.ts';
import { ticketClaimRefused, ticketCreated, ticketUpdated } from './ticket.ts';
import { userClosed, userCreated, userUpdated } from './user.ts';

/**
 * The events that each service consumes, each by a durable consumer of its own: a publisher purges an event only after all
 * of them have acknowledged it. A new consumer is one line here and one in its service's subscriptions.ts; a test compares
 * the two.
 */
export const consumedEvents = {
  auth: [],
  tickets: [orderCreated, orderUpdated, orderCancelled, orderDeliveryDue, userUpdated, userClosed],
  orders: [
    ticketCreated,
    ticketUpdated,
    ticketClaimRefused,
    orderExpired,
    chargeUpdated,
    chargeClosed,
    userUpdated,
    userClosed,
  ],
  expiration: [orderCreated, orderUpdated, orderCancelled],
  payments: [orderCreated, orderUpdated, orderCancelled, userCreated, userUpdated, userClosed],
  notifications: [userCreated, userUpdated, userClosed, orderUpdated, orderCancelled, chargeUpdated],
} as const satisfies Readonly<Record<string, readonly Pick<EventDefinition<string, unknown>, 'type'>[]>>;

/**
 * Durable consumers that no service uses any more, by name: they are removed from the broker. A name is added one release
 * after the last one that used it.
 */
export const retiredDurables: readonly string[] = [];
