import { ticketUpdated, type OrderState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { isNoLongerKept, withClosedOrder } from '../models/closed-orders.ts';
import { release } from '../models/listing-changes.ts';
import { republishTickets, republishedAfterMs } from './republish-tickets.ts';

/**
 * Puts tickets of cancelled orders on sale again, each only if that order holds it and it is not sold; those of closed
 * accounts are withdrawn by the same write. Each order is
 * closed first, so that a claim that arrives after its own cancellation is refused.
 */
export const releaseTickets =
  (deps: Deps) =>
  async (cancelled: readonly Received<OrderState>[]): Promise<void> => {
    const now = deps.now();
    await deps.tickets.bulkWrite(
      cancelled.map(({ state: order }) => ({
        updateOne: {
          filter: { _id: order.ticket.id, 'closedOrders.id': { $ne: order.id } },
          update: [{ $set: { closedOrders: withClosedOrder(order, now).value } }],
        },
      })),
      { ordered: false },
    );
    const made = await deps.ticketStore.changeMany(
      cancelled.map(({ state: order, trace }) => ({
        filter: { _id: order.ticket.id, orderId: order.id, availability: 'held' as const },
        set: release(now),
        unset: ['orderId' as const, 'heldAt' as const],
        event: ticketUpdated,
        trace,
      })),
    );
    if (made.includes(true)) deps.clearListCache();
    // A cancellation published long after the order was closed is a republished one: our response was lost.
    await republishTickets(
      deps,
      cancelled
        .filter((_, index) => made[index] !== true)
        .map(({ state: order, time, trace }) => ({
          filter: {
            _id: order.ticket.id,
            orderId: { $ne: order.id },
            ...(isNoLongerKept(order.expiresAt, time)
              ? {}
              : {
                  closedOrders: {
                    $elemMatch: { id: order.id, at: { $lt: new Date(time.getTime() - republishedAfterMs) } },
                  },
                }),
          },
          trace,
        })),
    );
  };
