import { ticketUpdated, type OrderState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { isNoLongerKept, withClosedOrder } from '../models/closed-orders.ts';
import { notEnded } from '../models/delivery.ts';
import { release } from '../models/listing-changes.ts';
import { republishTickets, republishedAfterMs } from './republish-tickets.ts';
import { markSold } from './sell-tickets.ts';

type ReceivedOrder = Received<OrderState>;

/**
 * A cancellation published long after its effect is a republished one: our response was lost. Only then is the ticket
 * republished.
 */
const effectBefore = (time: Date): Date => new Date(time.getTime() - republishedAfterMs);

/**
 * Puts tickets of orders that were cancelled before they were complete on sale again, each only if that order holds it and it
 * is not sold; those of closed accounts are withdrawn by the same write. A ticket whose order was complete stays sold, or is
 * marked as sold if the completion has not arrived yet; its buyer, who gets the money back, has its file no longer. Each order is closed first, so that a
 * claim that arrives after its own cancellation is refused.
 */
export const releaseTickets =
  (deps: Deps) =>
  async (cancelled: readonly ReceivedOrder[]): Promise<void> => {
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
    await keepSold(
      deps,
      cancelled.filter(({ state }) => state.completedAt !== undefined),
    );
    await releaseUnsold(
      deps,
      cancelled.filter(({ state }) => state.completedAt === undefined),
      now,
    );
  };

const keepSold = async (deps: Deps, undone: readonly ReceivedOrder[]): Promise<void> => {
  const sold = await markSold(deps, undone);
  const deliveryEndedAt = deps.now();
  const ended = await deps.ticketStore.changeMany(
    undone.map(({ state: order, trace }) => ({
      filter: { _id: order.ticket.id, orderId: order.id, ...notEnded },
      set: { deliveryEndedAt },
      unset: ['dueAt' as const],
      event: ticketUpdated,
      trace,
    })),
  );
  await republishTickets(
    deps,
    undone
      .filter((_, index) => sold[index] !== true && ended[index] !== true)
      .map(({ state: order, time, trace }) => ({
        filter: { _id: order.ticket.id, orderId: order.id, soldAt: { $lt: effectBefore(time) } },
        trace,
      })),
  );
};

const releaseUnsold = async (deps: Deps, unsold: readonly ReceivedOrder[], now: Date): Promise<void> => {
  const made = await deps.ticketStore.changeMany(
    unsold.map(({ state: order, trace }) => ({
      filter: { _id: order.ticket.id, orderId: order.id, availability: 'held' as const },
      set: release(now),
      unset: ['orderId' as const, 'heldAt' as const],
      event: ticketUpdated,
      trace,
    })),
  );
  if (made.includes(true)) deps.clearListCache();
  await republishTickets(
    deps,
    unsold
      .filter((_, index) => made[index] !== true)
      .map(({ state: order, time, trace }) => ({
        filter: {
          _id: order.ticket.id,
          orderId: { $ne: order.id },
          ...(isNoLongerKept(order.expiresAt, time)
            ? {}
            : { closedOrders: { $elemMatch: { id: order.id, at: { $lt: effectBefore(time) } } } }),
        },
        trace,
      })),
  );
};
