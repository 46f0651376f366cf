import { orderCancelled, orderUpdated, type ChargeState } from '@ticketing/common/events';
import { expression, type Received } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/order-status.ts';
import { pendingDelivery } from '../models/delivery.ts';
import { movedTo } from '../models/moved-to.ts';
import { agreeToReleases } from './agree-to-releases.ts';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';

type ReceivedCharge = Received<ChargeState>;

/**
 * Completes the orders whose charges are paid, and cancels those whose payment has finally failed or was refunded: without
 * the money no unpaid order can become complete. The charge of a cancelled order changes nothing here.
 */
export const applyChargeStates =
  (deps: Deps) =>
  async (charges: readonly ReceivedCharge[]): Promise<void> => {
    const now = deps.now();
    const completed = charges.filter(({ state }) => state.status === 'completed');
    await deps.orderStore.changeMany(
      completed.map(({ state, trace }) => ({
        filter: { _id: state.orderId, status: { $in: statusesBefore('complete') } },
        set: {
          ...movedTo('complete', now),
          completedAt: now,
          delivery: pendingDelivery(now, deps.deliveryMs),
          ...(state.completedAt === undefined ? {} : { paidAt: new Date(state.completedAt) }),
        },
        unset: ['closingQuestion' as const],
        event: orderUpdated,
        trace,
      })),
    );
    await agreeToReleases(deps, charges);
    await recordReleases(deps, charges);
    for (const charge of charges) {
      const { status, orderId, completedAt } = charge.state;
      if (status === 'refunded' && completedAt !== undefined) await undoSale(deps, charge, new Date(completedAt));
      else if (status === 'failed' || status === 'refunded')
        await cancelOrder(deps, { orderId, reason: 'payment_failed', trace: charge.trace });
    }
  };

/**
 * Records whether a problem can still be reported, in case that a payments without the question has released the proceeds, and
 * whether one is open. Neither changes back, so charges may arrive in any order; neither is news to payments, so the version
 * stays.
 */
const recordReleases = async (deps: Deps, charges: readonly ReceivedCharge[]): Promise<void> => {
  const writes = charges.flatMap(({ state: { orderId: _id, releasedAt, problemSettledAt } }) => [
    ...(releasedAt === undefined
      ? []
      : [{ updateOne: { filter: { _id }, update: { $min: { releasedAt: new Date(releasedAt) } } } }]),
    ...(problemSettledAt === undefined
      ? []
      : [
          {
            updateOne: {
              filter: { _id, 'problem.at': { $lte: new Date(problemSettledAt) } },
              update: { $unset: { problem: true as const } },
            },
          },
        ]),
  ]);
  if (writes.length > 0) await deps.orders.bulkWrite(writes, { ordered: false });
};

/**
 * Cancels an order that was paid and then refunded; if its completion has not arrived yet, it was complete all the same. Its
 * ticket stays sold.
 */
const undoSale = async (deps: Deps, { state, trace }: ReceivedCharge, completedAt: Date): Promise<void> => {
  await deps.orderStore.change({
    filter: { _id: state.orderId, status: { $in: statusesBefore('cancelled', 'refunded') } },
    set: {
      ...movedTo('cancelled', deps.now(), 'refunded'),
      completedAt: expression({ $ifNull: ['$completedAt', completedAt] }),
    },
    unset: ['closingQuestion', 'problem'],
    event: orderCancelled,
    trace,
  });
};
