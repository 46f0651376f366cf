import { toMajor } from '@ticketing/common/money';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { OrderDocument } from '../models/open-models.ts';
import type { orderShape } from './order-shape.ts';

export const toOrderView = (
  { currency }: Pick<Deps, 'currency'>,
  order: OrderDocument,
): z.infer<typeof orderShape> => ({
  id: order._id,
  version: order.version,
  userId: order.userId,
  status: order.status,
  ...(order.reason === undefined ? {} : { reason: order.reason }),
  createdAt: order.createdAt.toISOString(),
  expiresAt: order.expiresAt.toISOString(),
  ...(order.problem === undefined ? {} : { problemAt: order.problem.at.toISOString() }),
  ...(order.delivery === undefined ? {} : { delivery: toDeliveryView(order.delivery) }),
  price: toMajor(currency, order.price),
  currency: currency.code,
  ticket: {
    id: order.ticket.id,
    title: order.ticket.title,
    price: toMajor(currency, order.ticket.price),
    version: order.ticket.version,
    category: order.ticket.category,
    startsAt: order.ticket.startsAt,
    timeZone: order.ticket.timeZone,
    venue: order.ticket.venue,
    city: order.ticket.city,
    section: order.ticket.section,
    row: order.ticket.row,
    seat: order.ticket.seat,
  },
});

/** The order with its history. */
export const toOrderDetails = (deps: Pick<Deps, 'currency'>, order: OrderDocument): z.infer<typeof orderShape> => ({
  ...toOrderView(deps, order),
  ...(order.history === undefined ? {} : { history: order.history.map(toMoveView) }),
});

const toMoveView = ({ status, reason, at }: NonNullable<OrderDocument['history']>[number]) => ({
  status,
  ...(reason === undefined ? {} : { reason }),
  at: at.toISOString(),
});

const toDeliveryView = ({ status, dueAt, deliveredAt }: NonNullable<OrderDocument['delivery']>) => ({
  status,
  ...(dueAt === undefined ? {} : { dueAt: dueAt.toISOString() }),
  ...(deliveredAt === undefined ? {} : { deliveredAt: deliveredAt.toISOString() }),
});
