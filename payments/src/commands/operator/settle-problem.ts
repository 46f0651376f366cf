import { chargeUpdated, type Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { hasOpenProblem } from '../../domain/sale.ts';

export type SettleOutcome = 'settled' | 'reported_again' | 'no_problem';

/** Settles the problem that the buyer has reported, but not one that they report meanwhile. */
export const settleProblem = async (
  deps: Deps,
  { orderId, trace }: { readonly orderId: string; readonly trace: Trace },
): Promise<SettleOutcome> => {
  const payment = await deps.loadPayment(orderId);
  const problemAt = payment?.order.problemAt;
  if (problemAt === undefined || payment?.status === undefined || !hasOpenProblem(payment)) return 'no_problem';
  const after = await deps.chargeStore.change({
    filter: { _id: orderId, 'order.problemAt': problemAt },
    set: { problemSettledAt: new Date(problemAt) },
    event: chargeUpdated,
    trace,
  });
  return after === null ? 'reported_again' : 'settled';
};
