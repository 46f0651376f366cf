import { ticketUpdated, type OrderState, type Trace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { withClosedOrder } from '../models/closed-orders.ts';
import { republishTickets, republishedAfterMs } from './republish-tickets.ts';

/**
 * Puts tickets of cancelled orders on sale again: each only if it is that order's and not sold. The order is closed
 * first, so that a claim which arrives after its own cancellation finds the door shut.
 */
export const releaseTickets = async (
  deps: Deps,
  cancelled: readonly { readonly order: OrderState; readonly time: Date; readonly trace: Trace }[],
): Promise<void> => {
  const now = deps.now();
  await deps.tickets.bulkWrite(
    cancelled.map(({ order }) => ({
      updateOne: {
        filter: { _id: order.ticket.id, 'closedOrders.id': { $ne: order.id } },
        update: [{ $set: { closedOrders: withClosedOrder(order.id, now).value } }],
      },
    })),
    { ordered: false },
  );
  const made = await deps.ticketStore.changeMany(
    cancelled.map(({ order, trace }) => ({
      filter: { _id: order.ticket.id, orderId: order.id, availability: 'held' as const },
      set: { availability: 'on_sale' },
      unset: ['orderId' as const, 'heldAt' as const],
      event: ticketUpdated,
      trace,
    })),
  );
  if (made.includes(true)) deps.clearListCache();
  // An order that was over long before it tells of it has not heard that its ticket is free.
  await republishTickets(
    deps,
    cancelled
      .filter((_, index) => made[index] !== true)
      .map(({ order, time, trace }) => ({
        filter: {
          _id: order.ticket.id,
          orderId: { $ne: order.id },
          closedOrders: { $elemMatch: { id: order.id, at: { $lt: new Date(time.getTime() - republishedAfterMs) } } },
        },
        trace,
      })),
  );
};
