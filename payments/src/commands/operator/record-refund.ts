import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { lastReturned } from '../../domain/apply-movements.ts';
import { entries } from '../../domain/ledger-entry.ts';
import type { Charge } from '../../domain/payment.ts';
import { appended, changeCharge } from '../change-charge.ts';
import { leaseMs } from '../marked-charges.ts';

export type RecordRefundOutcome = 'recorded' | 'recorded_before' | 'other_amount' | 'not_owed' | 'being_refunded';

const maxTries = 5;

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
 * Records that an operator has given all that is owed of a payment back outside Stripe, such as by bank transfer after refunds
 * have failed. Nothing else returns it any more: a refund that is retried ends in the same write, unless a worker may be making
 * it at this moment. The amount must be what is owed, so that a repetition records nothing twice, nor what came to be owed since.
 */
export const recordRefund = async (deps: Deps, request: RecordRequest): Promise<RecordRefundOutcome> => {
  const { requestId, orderId, amount } = request;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const payment = await deps.loadPayment(orderId);
    if (payment?.status === undefined) return 'not_owed';
    const { owed = 0, returnedElsewhere = [] } = payment;
    if (returnedElsewhere.some(({ id }) => id === requestId)) return 'recorded';
    if (owed === 0) return returnedElsewhere.at(-1)?.amount === amount ? 'recorded_before' : 'not_owed';
    if (owed !== amount) return 'other_amount';
    if (!isRefundIdle(payment, deps.now())) return 'being_refunded';
    if (await record(deps, payment, request)) return 'recorded';
  }
  throw new Error(`The payment of order ${orderId} keeps changing`);
};

/** A mark that is due later than a lease lasts has no worker; where the sale has money too, the refund is about that as well. */
const isRefundIdle = ({ refundDue, left = 0 }: Charge, now: Date): boolean =>
  refundDue === undefined || (left === 0 && refundDue.due.getTime() > now.getTime() + leaseMs);

const record = async (
  deps: Deps,
  charge: Charge,
  { requestId: id, amount, reason, by, trace }: RecordRequest,
): Promise<boolean> => {
  const at = deps.now();
  const returnedElsewhere = [...(charge.returnedElsewhere ?? []), { id, amount, at, by, reason }];
  const after = await changeCharge(
    deps,
    { charge, trace },
    { version: charge.version, 'refundDue.due': charge.refundDue?.due ?? { $exists: false } },
    {
      owed: 0,
      returnedElsewhere,
      returned: lastReturned({ ...charge, returnedElsewhere }),
      entries: appended(entries.returnedElsewhere({ id, at, amount })),
    },
    ['refundDue'],
  );
  return after !== null;
};
