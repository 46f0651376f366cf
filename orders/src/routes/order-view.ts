import { toDollars } from '@ticketing/common/http';
import type { z } from 'zod';
import type { OrderDocument } from '../models/open-models.ts';
import type { orderShape } from './order-shape.ts';

export const toOrderView = (order: OrderDocument): z.infer<typeof orderShape> => ({
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
