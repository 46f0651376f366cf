import { isOpenDispute, isOpenInquiry, orderUpdated, type ChargeState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { republishOrders } from './republish-orders.ts';

/** Whether payments releases nothing by this state: it repeats a question that was asked before, and asks again afterwards. */
const isStopped = ({ dispute, refundStatus }: ChargeState): boolean =>
  (dispute !== undefined && (isOpenDispute(dispute) || isOpenInquiry(dispute))) || refundStatus === 'pending';

/**
 * Payments asks before it releases proceeds, since a report that was accepted may not have reached it. An order agrees unless
 * a problem is open or its ticket is not delivered; the same write refuses later reports, and ends the problem that the
 * operator has settled, so that no other one comes in between. Every question is answered, since the last answer may be lost;
 * only an order whose delivery is pending says nothing: payments hears of the delivery, or of the cancellation. No order
 * agrees while the charge shows an open dispute, an open inquiry or a pending refund, nor to an older question: the buyer can still report.
 */
export const agreeToReleases = async (deps: Deps, charges: readonly Received<ChargeState>[]): Promise<void> => {
  const asked = charges.filter(
    ({ state: { status, releasingAt, releasedAt } }) =>
      status === 'completed' && releasingAt !== undefined && releasedAt === undefined,
  );
  if (asked.length === 0) return;
  const stopped = asked.filter(({ state }) => isStopped(state));
  if (stopped.length > 0) {
    const writes = stopped.map(({ state: { orderId: _id, version } }) => ({
      updateOne: { filter: { _id }, update: { $max: { releaseStoppedBy: version } } },
    }));
    await deps.orders.bulkWrite(writes, { ordered: false });
  }
  const releasedAt = deps.now();
  const agreed = await deps.orderStore.changeMany(
    asked.map(({ state: { orderId, version, problemSettledAt }, trace }) => ({
      filter: {
        _id: orderId,
        status: 'complete' as const,
        releasedAt: { $exists: false },
        releaseStoppedBy: { $not: { $gte: version } },
        'delivery.status': { $ne: 'pending' as const },
        $or: [
          { problem: { $exists: false } },
          ...(problemSettledAt === undefined ? [] : [{ 'problem.at': { $lte: new Date(problemSettledAt) } }]),
        ],
      },
      set: { releasedAt },
      unset: ['problem' as const],
      event: orderUpdated,
      trace,
    })),
  );
  const others = asked.flatMap(({ state }, index) => (agreed[index] === true ? [] : [state.orderId]));
  const answered = await deps.orders
    .find(
      {
        _id: { $in: others },
        $or: [{ releasedAt: { $exists: true } }, { problem: { $exists: true } }, { status: 'cancelled' }],
      },
      { projection: { status: 1 } },
    )
    .toArray();
  await republishOrders(deps, answered);
};
