import type { Deps } from '../../deps.ts';

/** Safety net: marks for refund what no event has marked. */
export const markUnmarkedRefunds = async (deps: Deps): Promise<void> => {
  const now = deps.now();
  const result = await deps.payments.updateMany(
    { status: 'completed', 'order.status': 'cancelled', refundDue: { $exists: false } },
    [
      {
        $set: {
          refundDue: {
            due: { $literal: now },
            correlationId: { $concat: ['unmarked-refund-', '$_id'] },
            traceId: { $literal: '0'.repeat(32) },
          },
        },
      },
    ],
  );
  deps.metrics.unmarkedRefunds.inc(result.modifiedCount);
};
