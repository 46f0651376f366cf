import { chargeUpdated, type Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { nextPayoutStep } from '../../domain/payout.ts';
import { questionNow } from '../../domain/release-question.ts';
import { hasOpenProblem } from '../../domain/sale.ts';

export type SettleOutcome = 'settled' | 'settled_before' | 'reported_again' | 'no_problem';

/**
 * Settles the problem that the buyer has reported, but not one that they report meanwhile. If the proceeds wait for that alone,
 * the same event asks orders to agree to their release, which ends the problem and refuses others in one write: so the
 * operator's decision is final. A request settles one problem: repeated after a crash, it leaves one that was reported since.
 */
export const settleProblem = async (
  deps: Deps,
  request: { readonly requestId: string; readonly orderId: string; readonly trace: Trace },
): Promise<SettleOutcome> => {
  const { requestId, orderId, trace } = request;
  const payment = await deps.loadPayment(orderId);
  const problemAt = payment?.order.problemAt;
  if (problemAt === undefined || payment?.status === undefined) return 'no_problem';
  if (!hasOpenProblem(payment) || payment.problemSettledBy === requestId) return 'settled_before';
  const now = deps.now();
  const problemSettledAt = new Date(problemAt);
  const next = nextPayoutStep({ ...payment, problemSettledAt }, deps.currency.step, now);
  const after = await deps.chargeStore.change({
    filter: { _id: orderId, 'order.problemAt': problemAt },
    set: { problemSettledAt, problemSettledBy: requestId, ...(next.kind === 'ask' ? questionNow(payment, now) : {}) },
    event: chargeUpdated,
    trace,
  });
  return after === null ? 'reported_again' : 'settled';
};
