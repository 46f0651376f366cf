import type { OrderState, Trace } from '@ticketing/common/events';
import { applyIfNewer } from '@ticketing/common/messaging';
import type { Deps } from './deps.ts';

const announcePayable = (deps: Deps, orders: readonly OrderState[]): void =>
  deps.arrivals.announce(orders.filter(({ status }) => status !== 'created').map(({ id }) => id));

/** Copies orders as their events tell of them, and wakes the requests that wait to pay for one of them. */
export const applyOrderStates = async (deps: Deps, orders: readonly OrderState[]): Promise<void> => {
  if (orders.length === 0) return;
  await applyIfNewer(deps.payments, 'order', orders);
  announcePayable(deps, orders);
};

const mayHaveMoney = {
  $and: [
    { $eq: ['$order.status', 'cancelled'] },
    { $in: ['$status', ['created', 'completed', 'failed']] },
    { $eq: [{ $type: '$moneyBack' }, 'missing'] },
  ],
};

/**
 * Copies cancelled orders; from then on no attempt to pay for them can be claimed. Where one was claimed before, money
 * may be there or on its way: it is marked by the same write to be stopped or returned, which a worker does.
 */
export const applyCancelledOrders = async (
  deps: Deps,
  orders: readonly { readonly state: OrderState; readonly trace: Trace }[],
): Promise<void> => {
  const due = deps.now();
  const traces = new Map(orders.map(({ state, trace }) => [state.id, trace]));
  const states = orders.map(({ state }) => state);
  await applyIfNewer(deps.payments, 'order', states, ({ id }) => [
    { $set: { moneyBack: { $cond: [mayHaveMoney, { $literal: { due, ...traces.get(id) } }, '$moneyBack'] } } },
  ]);
  announcePayable(deps, states);
};
