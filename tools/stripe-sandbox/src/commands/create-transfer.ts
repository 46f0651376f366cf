import { z } from 'zod';
import { checkStep } from '../domain/amounts.ts';
import { acceptsTransfers, type Transfer } from '../domain/connect-records.ts';
import { withRecords, type Charge } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { currency, expand, integer, mergedMetadata, metadata, name, text } from '../params.ts';
import { noSuch, StripeError } from '../stripe-error.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import type { Change, Context } from './change.ts';

export const createTransferParams = z.strictObject({
  amount: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  currency,
  description: text.optional(),
  destination: name,
  expand,
  metadata: metadata.optional(),
  source_transaction: name.optional(),
  transfer_group: text.optional(),
});

type Params = z.infer<typeof createTransferParams>;

const refuse = (message: string, param: string): StripeError => new StripeError(400, { message, param });

/** The charge that the transfer names. @throws StripeError 400 if it cannot pay for the transfer. */
const sourceOf = (context: Context, params: Params): Charge | undefined => {
  if (params.source_transaction === undefined) return undefined;
  const charge = context.lookup.charge(params.source_transaction);
  if (charge === undefined) throw noSuch('charge', params.source_transaction, 'source_transaction');
  if (charge.status !== 'succeeded') {
    throw refuse(`The source_transaction ${charge.id} has not succeeded.`, 'source_transaction');
  }
  if (charge.currency !== params.currency) {
    throw refuse(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the transfer currency (${params.currency})`,
      'currency',
    );
  }
  if (context.lookup.transferredFrom(charge.id) + params.amount > charge.amount) {
    throw refuse(`The transfers of source_transaction ${charge.id} may not exceed its amount.`, 'amount');
  }
  return charge;
};

/** POST /v1/transfers. The balance is not checked: it counts as sufficient. */
export const createTransfer = (context: Context, params: Params): Change => {
  checkExpand('transfer', params.expand);
  const destination = context.lookup.account(params.destination);
  if (destination === undefined) throw noSuch('destination', params.destination, 'destination');
  if (!acceptsTransfers(destination)) {
    throw new StripeError(400, {
      code: 'insufficient_capabilities_for_transfer',
      message:
        'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
    });
  }
  checkStep(params.amount, params.currency);
  const source = sourceOf(context, params);
  const id = context.newId('tr');
  const paid = newBalanceTransaction(context, {
    type: 'transfer',
    amount: -params.amount,
    currency: params.currency,
    source: id,
  });
  const transfer: Transfer = {
    object: 'transfer',
    id,
    created: context.now(),
    amount: params.amount,
    amountReversed: 0,
    currency: params.currency,
    balanceTransaction: paid.id,
    description: params.description ?? null,
    destination: destination.id,
    destinationPayment: context.newId('py'),
    metadata: mergedMetadata({}, params.metadata),
    reversals: [],
    sourceTransaction: source?.id ?? null,
    transferGroup: params.transfer_group ?? source?.transferGroup ?? null,
  };
  const records = [transfer, paid];
  return {
    records,
    events: [{ type: 'transfer.created', record: transfer }],
    status: 200,
    body: render(withRecords(context.lookup, records), transfer, params.expand),
    chargesCard: false,
  };
};
