import { z } from 'zod';
import { checkStep, moneyText } from '../domain/amounts.ts';
import type { Transfer, TransferReversal } from '../domain/connect-records.ts';
import { withRecords } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, integer, mergedMetadata, metadata, text } from '../params.ts';
import { notFound, StripeError } from '../stripe-error.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import type { Change, Context } from './change.ts';

export const reverseTransferParams = z.strictObject({
  amount: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).optional(),
  description: text.optional(),
  expand,
  metadata: metadata.optional(),
});

/** POST /v1/transfers/:id/reversals: all that is left of a transfer, or a part of it. */
export const reverseTransfer = (
  context: Context,
  params: z.infer<typeof reverseTransferParams>,
  transferId: string,
): Change => {
  checkExpand('transfer_reversal', params.expand);
  const transfer = context.lookup.transfer(transferId);
  if (transfer === undefined) throw notFound('transfer', transferId, 'id');
  const left = transfer.amount - transfer.amountReversed;
  const amount = params.amount ?? left;
  if (left === 0 || amount > left) {
    throw new StripeError(400, {
      message: `Reversal amount (${moneyText(amount, transfer.currency)}) is greater than unreversed amount on transfer (${moneyText(left, transfer.currency)})`,
      param: 'amount',
    });
  }
  checkStep(amount, transfer.currency);
  if (context.lookup.account(transfer.destination)?.isEmpty === true) {
    throw new StripeError(400, {
      code: 'balance_insufficient',
      message: 'The connected account does not have sufficient funds to cover this reversal.',
    });
  }
  const id = context.newId('trr');
  const back = newBalanceTransaction(context, {
    type: 'transfer_refund',
    amount,
    currency: transfer.currency,
    source: id,
  });
  const reversal: TransferReversal = {
    object: 'transfer_reversal',
    id,
    created: context.now(),
    amount,
    currency: transfer.currency,
    balanceTransaction: back.id,
    metadata: mergedMetadata({}, params.metadata),
    transfer: transfer.id,
  };
  const reversed: Transfer = {
    ...transfer,
    amountReversed: transfer.amountReversed + amount,
    reversals: [...transfer.reversals, id],
  };
  const records = [reversal, reversed, back];
  return {
    records,
    events: [{ type: 'transfer.reversed', record: reversed }],
    status: 200,
    body: render(withRecords(context.lookup, records), reversal, params.expand),
    chargesCard: false,
  };
};
