import { toDollars } from '@ticketing/common/http';
import type { OrderDocument } from '../models/open-models.ts';

/** An order as HTTP shows it: money in major units, times in ISO 8601. */
export const toOrderView = (order: OrderDocument) => ({
  id: order._id,
  version: order.version,
  userId: order.userId,
  status: order.status,
  ...(order.reason === undefined ? {} : { reason: order.reason }),
  expiresAt: order.expiresAt.toISOString(),
  price: toDollars(order.price),
  ticket: {
    id: order.ticket.id,
    title: order.ticket.title,
    price: toDollars(order.ticket.price),
    version: order.ticket.version,
  },
});
