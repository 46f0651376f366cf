import type { OrderState, Trace } from '@ticketing/common/events';
import { applyIfNewer } from '@ticketing/common/messaging';
import type { Deps } from './deps.ts';

/** Copies orders as their events tell of them, and wakes the requests that wait to pay for one of them. */
export const applyOrderStates = async (deps: Deps, orders: readonly OrderState[]): Promise<void> => {
  if (orders.length === 0) return;
  await applyIfNewer(deps.payments, 'order', orders);
  deps.arrivals.announce(orders.filter(({ status }) => status !== 'created').map(({ id }) => id));
};

/**
 * Copies cancelled orders; from then on no attempt to pay for them can be claimed. Where one was claimed before, money
 * may be there or on its way: it is marked to be stopped or returned, which a worker does.
 */
export const applyCancelledOrders = async (
  deps: Deps,
  orders: readonly { readonly state: OrderState; readonly trace: Trace }[],
): Promise<void> => {
  await applyOrderStates(
    deps,
    orders.map(({ state }) => state),
  );
  const due = deps.now();
  await deps.payments.bulkWrite(
    orders.map(({ state, trace }) => ({
      updateOne: {
        filter: {
          _id: state.id,
          'order.status': 'cancelled',
          status: { $in: ['created', 'completed', 'failed'] },
          moneyBack: { $exists: false },
        },
        update: { $set: { moneyBack: { due, ...trace } } },
      },
    })),
    { ordered: false },
  );
};
