import { eventIdOf } from '@ticketing/common/event-id';
import type { OrderState } from '@ticketing/common/events';

/** The order with the id of its event, which orders of an earlier release lack. */
export const withEventId = (order: OrderState): OrderState =>
  order.eventId === undefined ? { ...order, eventId: eventIdOf(order.ticket) } : order;
