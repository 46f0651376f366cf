import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { lastReturned } from '../../domain/apply-movements.ts';
import { entries } from '../../domain/ledger-entry.ts';
import type { Charge } from '../../domain/payment.ts';
import { appended, changeCharge } from '../change-charge.ts';
import { leaseMs } from '../marked-charges.ts';
import { syncMoney } from '../money/sync-money.ts';

export type RecordRefundOutcome = 'recorded' | 'recorded_before' | 'other_amount' | 'not_owed' | 'being_refunded';

const maxTries = 5;
/** Between the clocks of two replicas. */
const clockSkewMs = 30_000;

interface RecordRequest {
  readonly requestId: string;
  readonly orderId: string;
  /** Minor units. */
  readonly amount: number;
  readonly reason: string;
  readonly by: string;
  readonly trace: Trace;
}

/**
 * Records that an operator has returned all that is owed of a payment outside Stripe, such as by bank transfer after refunds
 * have failed. Nothing else returns it any more: a refund that is retried ends in the same write, unless a worker may be making
 * it at this moment. The amount must be what is owed, so that a repetition records nothing twice, nor what came to be owed since.
 */
export const recordRefund = async (deps: Deps, request: RecordRequest): Promise<RecordRefundOutcome> => {
  const { requestId, orderId, amount, trace } = request;
  const deadline = performance.now() + deps.timeoutMs.worker;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const payment = await deps.loadPayment(orderId);
    if (payment?.status === undefined) return 'not_owed';
    const { owed = 0, returnedOutsideStripe = [] } = payment;
    if (returnedOutsideStripe.some(({ id }) => id === requestId)) return 'recorded';
    if (owed === 0) return returnedOutsideStripe.at(-1)?.amount === amount ? 'recorded_before' : 'not_owed';
    if (owed !== amount) return 'other_amount';
    if (!isRefundIdle(payment, deps.now())) return 'being_refunded';
    // A refund whose response was lost may have been made.
    if (payment.refundDue !== undefined && tries === 0) {
      if (!(await syncMoney(deps, { orderId, trace, deadline }))) return 'being_refunded';
      continue;
    }
    if (await record(deps, payment, request)) return 'recorded';
  }
  throw new Error(`The payment of order ${orderId} keeps changing`);
};

/** No worker has a mark that is due later than a lease lasts. With `left`, the refund also returns what the sale still has. */
const isRefundIdle = ({ refundDue, left = 0 }: Charge, now: Date): boolean =>
  refundDue === undefined || (left === 0 && refundDue.due.getTime() > now.getTime() + leaseMs + clockSkewMs);

const record = async (
  deps: Deps,
  charge: Charge,
  { requestId: id, amount, reason, by, trace }: RecordRequest,
): Promise<boolean> => {
  const at = deps.now();
  const returnedOutsideStripe = [...(charge.returnedOutsideStripe ?? []), { id, amount, at, by, reason }];
  const after = await changeCharge(
    deps,
    { charge, trace },
    { version: charge.version, 'refundDue.due': charge.refundDue?.due ?? { $exists: false } },
    {
      owed: 0,
      returnedOutsideStripe,
      returned: lastReturned({ ...charge, returnedOutsideStripe }),
      entries: appended(entries.returnedOutsideStripe({ id, at, amount })),
    },
    ['refundDue'],
  );
  return after !== null;
};
