import type { OrderState } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { withEventId } from '../domain/with-event-id.ts';
import { respondToClosingOrders } from './respond-to-closing-orders.ts';

/** Closing the payment has cancelled the copy of its order. */
const isChangedHere = { $ne: [{ $type: '$closedAt' }, 'missing'] };

/** A complete order of which payments needs no more than its own charge says. */
const isOnlyComplete = ({ status, problemAt, delivery }: OrderState): boolean =>
  status === 'complete' && problemAt === undefined && delivery?.status === 'pending';

/**
 * Copies orders from their events and wakes the requests that wait to pay for them. An order becomes complete by its
 * charge, which is in the same document, so that state is copied once its ticket is delivered or the buyer has reported a
 * problem. With the copy of a closing order no attempt to pay can begin any more; orders then gets the state of the charge.
 */
export const applyOrderStates =
  (deps: Deps) =>
  async (events: readonly Received<OrderState>[]): Promise<void> => {
    const orders = events.map(({ state }) => withEventId(state)).filter((state) => !isOnlyComplete(state));
    await applyIfNewer(deps.payments, 'order', orders, { isChangedHere });
    deps.orderSignals.notify(orders.filter(({ status }) => status !== 'created').map(({ id }) => id));
    await respondToClosingOrders(
      deps,
      events.filter(({ state }) => state.status === 'awaiting:payment' && state.closing !== undefined),
    );
  };

const mayHaveMoney = {
  $and: [
    { $eq: ['$order.status', 'cancelled'] },
    { $in: ['$status', ['created', 'completed', 'failed']] },
    { $eq: [{ $type: '$refundDue' }, 'missing'] },
    // A closed payment is marked already, or its PaymentIntent is canceled.
    { $not: [isChangedHere] },
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
    const orders = events.map(({ state }) => withEventId(state));
    await applyIfNewer(deps.payments, 'order', orders, {
      isChangedHere,
      effect: ({ id }) => [
        { $set: { refundDue: { $cond: [mayHaveMoney, { $literal: { due, ...traces.get(id) } }, '$refundDue'] } } },
      ],
    });
    deps.orderSignals.notify(orders.map(({ id }) => id));
  };
