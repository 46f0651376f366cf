import { newTrace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';

const unmarked = { status: 'completed', 'order.status': 'cancelled', refundDue: { $exists: false } } as const;

/** Of one pass. */
const limit = 200;

/** Safety net: marks for refund what no event has marked. The log names the orders, since the cause is a bug. */
export const markUnmarkedRefunds = async (deps: Deps): Promise<void> => {
  const found = await deps.payments.find(unmarked, { projection: { _id: 1 }, limit }).toArray();
  const orderIds = found.map(({ _id }) => _id);
  if (orderIds.length === 0) return;
  const { modifiedCount } = await deps.payments.updateMany(
    { _id: { $in: orderIds }, ...unmarked },
    { $set: { refundDue: { due: deps.now(), ...newTrace(deps, 'unmarked-refund') } } },
  );
  deps.metrics.unmarkedRefunds.inc(modifiedCount);
  if (modifiedCount > 0) deps.logger.error({ orderIds }, 'paid orders were cancelled without a mark for refund');
};
