import type { Refund } from '../domain/records.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import { noResponse, type Change, type Context } from './change.ts';

/** What the bank does with a refund: it arrives, or the money comes back and the charge is as before. */
export const settleRefund = (context: Context, refund: Refund, outcome: 'succeeded' | 'failed'): Change => {
  if (outcome === 'succeeded') {
    const record: Refund = { ...refund, status: outcome };
    return {
      ...noResponse,
      records: [record],
      events: [
        { type: 'refund.updated', record },
        { type: 'charge.refund.updated', record },
      ],
    };
  }
  const charge = context.lookup.charge(refund.charge);
  if (charge === undefined) throw new Error(`the store has no ${refund.charge}`);
  const back = newBalanceTransaction(context, {
    type: 'refund_failure',
    amount: refund.amount,
    currency: refund.currency,
    source: refund.id,
  });
  const failed: Refund = { ...refund, failureDue: false, status: outcome, failureBalanceTransaction: back.id };
  return {
    ...noResponse,
    records: [failed, { ...charge, amountRefunded: charge.amountRefunded - refund.amount }, back],
    events: [
      { type: 'refund.updated', record: failed },
      { type: 'refund.failed', record: failed },
      { type: 'charge.refund.updated', record: failed },
    ],
  };
};
