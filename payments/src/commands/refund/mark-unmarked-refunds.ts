import { newTrace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';

/** Safety net: marks for refund what no event has marked. */
export const markUnmarkedRefunds = async (deps: Deps): Promise<void> => {
  const { modifiedCount } = await deps.payments.updateMany(
    { status: 'completed', 'order.status': 'cancelled', refundDue: { $exists: false } },
    { $set: { refundDue: { due: deps.now(), ...newTrace(deps, 'unmarked-refund') } } },
  );
  deps.metrics.unmarkedRefunds.inc(modifiedCount);
};
