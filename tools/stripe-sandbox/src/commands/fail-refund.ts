import type { Refund } from '../domain/records.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import { noResponse, type Change, type Context } from './change.ts';

/** What the bank does with the refund of some cards: the money comes back, and the charge is as before. */
export const failRefund = (context: Context, refund: Refund): Change => {
  const charge = context.lookup.charge(refund.charge);
  if (charge === undefined) throw new Error(`the store has no ${refund.charge}`);
  const back = newBalanceTransaction(context, {
    type: 'refund_failure',
    amount: refund.amount,
    currency: refund.currency,
    source: refund.id,
  });
  const failed: Refund = { ...refund, failureDue: false, status: 'failed', failureBalanceTransaction: back.id };
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
