import type { OrderState, Trace } from '@ticketing/common/events';
import { applyIfNewer } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';

const signalPayable = (deps: Deps, orders: readonly OrderState[]): void =>
  deps.orderSignals.notify(orders.filter(({ status }) => status !== 'created').map(({ id }) => id));

/** Copies orders from their events and wakes the requests that wait to pay for them. */
export const applyOrderStates = async (deps: Deps, orders: readonly OrderState[]): Promise<void> => {
  if (orders.length === 0) return;
  await applyIfNewer(deps.payments, 'order', orders);
  signalPayable(deps, orders);
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
export const applyCancelledOrders = async (
  deps: Deps,
  orders: readonly { readonly state: OrderState; readonly trace: Trace }[],
): Promise<void> => {
  const due = deps.now();
  const traces = new Map(orders.map(({ state, trace }) => [state.id, trace]));
  const states = orders.map(({ state }) => state);
  await applyIfNewer(deps.payments, 'order', states, ({ id }) => [
    { $set: { refundDue: { $cond: [mayHaveMoney, { $literal: { due, ...traces.get(id) } }, '$refundDue'] } } },
  ]);
  signalPayable(deps, states);
};
