import { isUnpaid, type OrderRecord } from '../sources/orders.ts';
import { checkEach, finding, formatTime, type Check, type Limits } from './check.ts';

/** All replicas of orders take the time from its database, of which another node may be the primary one meanwhile. */
const clockSkewMs = 5_000;

const problemOf = (order: OrderRecord, at: number, { endWithinMs, answerWithinMs }: Limits): string | undefined => {
  const { status, reason, closing, expiresAt, cancelledAt } = order;
  const deadline = `its deadline at ${formatTime(expiresAt)}`;
  if (!isUnpaid(order)) {
    const isEarly = reason === 'expired' && cancelledAt !== undefined && cancelledAt < expiresAt - clockSkewMs;
    return isEarly ? `has expired at ${formatTime(cancelledAt)}, before ${deadline}` : undefined;
  }
  const lateMs = at - expiresAt;
  if (closing === undefined && lateMs > endWithinMs) return `is still ${status} after ${deadline}`;
  return closing !== undefined && lateMs > answerWithinMs ? `is still closing after ${deadline}` : undefined;
};

export const holdEndsAtDeadline: Check = {
  name: 'hold-ends-at-deadline',
  rule: 'No order expires before its deadline; 5 s after it orders has cancelled it or asked payments, and 15 s after it no order is unpaid.',
  isEventual: true,
  run: ({ orders, atOrders }, limits) =>
    checkEach(
      orders.filter((order) => isUnpaid(order) || order.reason === 'expired'),
      (order) => {
        const problem = problemOf(order, atOrders, limits);
        return problem === undefined ? undefined : finding(`order ${order.id} ${problem}`, order.id, order.ticketId);
      },
    ),
};
