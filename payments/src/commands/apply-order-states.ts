import type { OrderState } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';

/**
 * Copies orders from their events and wakes the requests that wait to pay for them. An order becomes complete by its
 * charge, which is in the same document, so that state is not copied.
 */
export const applyOrderStates =
  (deps: Deps) =>
  async (events: readonly Received<OrderState>[]): Promise<void> => {
    const orders = events.map(({ state }) => state).filter(({ status }) => status !== 'complete');
    await applyIfNewer(deps.payments, 'order', orders);
    deps.orderSignals.notify(orders.filter(({ status }) => status !== 'created').map(({ id }) => id));
  };

const mayHaveMoney = {
  $and: [
    { $eq: ['$order.status', 'cancelled'] },
    { $in: ['$status', ['created', 'completed', 'failed']] },
    { $eq: [{ $type: '$refundDue' }, 'missing'] },
  ],
};

/**
 * Copies cancelled orders, of which no attempt to pay can be claimed any more. The same write marks those with a charge
 * for refund, since money may have been paid or be on its way; a worker prevents or refunds it.
 */
export const applyCancelledOrders =
  (deps: Deps) =>
  async (events: readonly Received<OrderState>[]): Promise<void> => {
    const due = deps.now();
    const traces = new Map(events.map(({ state, trace }) => [state.id, trace]));
    const orders = events.map(({ state }) => state);
    await applyIfNewer(deps.payments, 'order', orders, ({ id }) => [
      { $set: { refundDue: { $cond: [mayHaveMoney, { $literal: { due, ...traces.get(id) } }, '$refundDue'] } } },
    ]);
    deps.orderSignals.notify(orders.map(({ id }) => id));
  };
