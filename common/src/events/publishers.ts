import { chargeClosed, chargeCreated, chargeUpdated } from './charge.ts';
import type { EventDefinition } from './define-event.ts';
import { orderCancelled, orderCreated, orderDeliveryDue, orderExpired, orderUpdated } from './order.ts';
import { sessionEnded } from './session.ts';
import { ticketClaimRefused, ticketCreated, ticketUpdated } from './ticket.ts';
import { userClosed, userCreated, userUpdated } from './user.ts';

type EventsOfServices = Readonly<Record<string, readonly Pick<EventDefinition<string, unknown>, 'type'>[]>>;

/**
 * The events that each service publishes: its user of NATS may publish these and no others. A new event is one line here,
 * one in its aggregate, and `npm run nats:users`; tests compare them.
 */
export const publishedEvents = {
  auth: [userCreated, userUpdated, userClosed, sessionEnded],
  tickets: [ticketCreated, ticketUpdated, ticketClaimRefused],
  orders: [orderCreated, orderUpdated, orderCancelled],
  expiration: [orderExpired, orderDeliveryDue],
  payments: [chargeCreated, chargeUpdated, chargeClosed],
  notifications: [],
} as const satisfies EventsOfServices;

/**
 * The events that each service's replicas follow without a durable consumer: ended sessions, their own for live pages, and
 * those that requests wait for.
 */
export const followedEvents = {
  auth: [],
  tickets: [sessionEnded, ticketUpdated],
  orders: [sessionEnded, orderUpdated, orderCancelled],
  expiration: [],
  payments: [sessionEnded, orderUpdated],
  notifications: [],
} as const satisfies EventsOfServices;
