import type { OrderState, Trace } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { availableAt, undatedDelayMs } from '../domain/sale.ts';
import { withEventId } from '../domain/with-event-id.ts';
import { respondToClosingOrders } from './respond-to-closing-orders.ts';

/** Closing the payment has cancelled the copy of its order. */
const isChangedHere = { $ne: [{ $type: '$closedAt' }, 'missing'] };

/** A complete order of which payments needs no more than its own charge says. */
const isOnlyComplete = ({ status, problemAt, delivery }: OrderState): boolean =>
  status === 'complete' && problemAt === undefined && delivery?.status === 'pending';

const isUnreleased = {
  $and: [{ $eq: ['$status', 'completed'] }, { $eq: [{ $type: '$releasedAt' }, 'missing'] }],
};

/**
 * What the copy of a complete order leads to: with the delivery, the time of the release is known; at that time, or at once
 * when orders agrees to it, the sale is looked at.
 */
const effectOnSale = (deps: Deps, { status, delivery, ticket }: OrderState, trace: Trace | undefined) => {
  if (status !== 'complete') return [];
  const { startsAt } = ticket;
  const known =
    delivery?.deliveredAt && availableAt({ startsAt, deliveredAt: delivery.deliveredAt }, deps.payoutDelayMs);
  // Without a delivery a release without deliveries has completed the order: then the time counts from the sale.
  const fromSale = { $ifNull: ['$availableAt', { $add: ['$completedAt', undatedDelayMs] }] };
  const at = known ?? (delivery === undefined ? fromSale : '$availableAt');
  const due = { $max: [deps.now(), '$availableAt'] };
  const isDated = { $and: [isUnreleased, { $gt: ['$availableAt', null] }] };
  const payoutDue = { $mergeObjects: ['$payoutDue', { due }, { $literal: { ...trace } }] };
  return [
    { $set: { availableAt: { $cond: [isUnreleased, at, '$availableAt'] } } },
    { $set: { payoutDue: { $cond: [isDated, payoutDue, '$payoutDue'] } } },
  ];
};

const tracesOf = (events: readonly Received<OrderState>[]): ReadonlyMap<string, Trace> =>
  new Map(events.map(({ state, trace }) => [state.id, trace]));

/**
 * Copies orders from their events and wakes the requests that wait to pay for them. An order becomes complete by its
 * charge, which is in the same document, so that state is copied once its ticket is delivered or the buyer has reported a
 * problem. With the copy of a closing order no attempt to pay can begin any more; orders then gets the state of the charge.
 */
export const applyOrderStates =
  (deps: Deps) =>
  async (events: readonly Received<OrderState>[]): Promise<void> => {
    const orders = events.map(({ state }) => withEventId(state)).filter((state) => !isOnlyComplete(state));
    const traces = tracesOf(events);
    await applyIfNewer(deps.payments, 'order', orders, {
      isChangedHere,
      effect: (state) => effectOnSale(deps, state, traces.get(state.id)),
    });
    for (const { id, status } of orders) if (status !== 'created') deps.movedOrders.add(id);
    hear(
      deps,
      events.map(({ state }) => state),
    );
    await respondToClosingOrders(
      deps,
      events.filter(({ state }) => state.status === 'awaiting:payment' && state.closing !== undefined),
    );
  };

const hear = ({ payableOrders, completions }: Deps, orders: readonly OrderState[]): void => {
  payableOrders.heard(orders);
  completions.heard(orders);
};

/**
 * The same for orders that have just been created. Most await payment by the time that this is called, and this process has
 * stored a newer copy: theirs would change nothing.
 */
export const applyCreatedOrders = (deps: Deps) => {
  const apply = applyOrderStates(deps);
  return (events: readonly Received<OrderState>[]): Promise<void> =>
    apply(events.filter(({ state }) => !deps.movedOrders.has(state.id)));
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
    const traces = tracesOf(events);
    const orders = events.map(({ state }) => withEventId(state));
    await applyIfNewer(deps.payments, 'order', orders, {
      isChangedHere,
      effect: ({ id }) => [
        { $set: { refundDue: { $cond: [mayHaveMoney, { $literal: { due, ...traces.get(id) } }, '$refundDue'] } } },
      ],
    });
    for (const { id } of orders) deps.movedOrders.add(id);
    hear(deps, orders);
  };
