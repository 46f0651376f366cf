import { orderCancelled, orderUpdated, type TicketState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { changedDelivery } from '../models/delivery.ts';
import { movedTo } from '../models/moved-to.ts';

const soldOf = (tickets: readonly Received<TicketState>[]) =>
  tickets.flatMap(({ state, trace }) =>
    state.orderId === undefined || state.soldAt === undefined
      ? []
      : [{ ...state, complete: { _id: state.orderId, status: 'complete' as const }, trace }],
  );

/**
 * Shows in complete orders what tickets says of the delivery, which it decides once. An order whose ticket was not delivered
 * is cancelled; it keeps its ticket.
 */
export const applyDeliveries = async (deps: Deps, tickets: readonly Received<TicketState>[]): Promise<void> => {
  const now = deps.now();
  const sold = soldOf(tickets);
  await deps.orderStore.changeMany([
    ...sold
      .filter(({ deliveryFailedAt }) => deliveryFailedAt !== undefined)
      .map(({ complete, trace }) => ({
        filter: complete,
        set: {
          ...movedTo('cancelled', now, 'not_delivered'),
          delivery: changedDelivery({ status: 'failed' }),
        },
        unset: ['problem' as const],
        event: orderCancelled,
        trace,
      })),
    ...sold.flatMap(({ complete, deliveredAt, trace }) =>
      deliveredAt === undefined
        ? []
        : [
            {
              filter: { ...complete, 'delivery.status': { $ne: 'delivered' as const } },
              set: { delivery: changedDelivery({ status: 'delivered', deliveredAt: new Date(deliveredAt) }) },
              event: orderUpdated,
              trace,
            },
          ],
    ),
  ]);
};

/** Tickets that were marked as sold so late that their sellers have longer than the orders said. */
export const applyDueDates = async (deps: Deps, tickets: readonly Received<TicketState>[]): Promise<void> => {
  await deps.orderStore.changeMany(
    soldOf(tickets).flatMap(({ complete, dueAt, trace }) =>
      dueAt === undefined
        ? []
        : [
            {
              filter: {
                ...complete,
                'delivery.status': 'pending' as const,
                'delivery.dueAt': { $lt: new Date(dueAt) },
              },
              set: { delivery: changedDelivery({ dueAt: new Date(dueAt) }) },
              event: orderUpdated,
              trace,
            },
          ],
    ),
  );
};
