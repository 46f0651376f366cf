import { z } from 'zod';
import { checkStep, moneyText } from '../domain/amounts.ts';
import { cardOfName } from '../domain/test-cards.ts';
import { movedBy, refundReason, withRecords, type Charge, type Refund } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, integer, mergedMetadata, metadata, name } from '../params.ts';
import { noSuch, StripeError } from '../stripe-error.ts';
import { newBalanceTransaction } from './balance-transaction.ts';
import type { Change, Context } from './change.ts';

export const createRefundParams = z.strictObject({
  amount: integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).optional(),
  charge: name.optional(),
  expand,
  metadata: metadata.optional(),
  payment_intent: name.optional(),
  reason: refundReason.optional(),
});

type Params = z.infer<typeof createRefundParams>;

const chargeOf = (context: Context, params: Params): Charge => {
  if (params.charge !== undefined && params.payment_intent === undefined) {
    const charge = context.lookup.charge(params.charge);
    if (charge === undefined) throw noSuch('charge', params.charge, 'charge');
    return charge;
  }
  if (params.payment_intent === undefined || params.charge !== undefined) {
    throw new StripeError(400, {
      message: 'One of the following params should be provided for this request: payment_intent or charge.',
    });
  }
  const intent = context.lookup.paymentIntent(params.payment_intent);
  if (intent === undefined) throw noSuch('payment_intent', params.payment_intent, 'payment_intent');
  const charge =
    intent.status === 'succeeded' && intent.latestCharge !== null
      ? context.lookup.charge(intent.latestCharge)
      : undefined;
  if (charge === undefined) {
    throw new StripeError(400, {
      message: `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      param: 'payment_intent',
    });
  }
  return charge;
};

/** POST /v1/refunds: all that is left of a charge, or a part of it. Refunds of most cards succeed at once. */
export const createRefund = (context: Context, params: Params): Change => {
  checkExpand('refund', params.expand);
  const charge = chargeOf(context, params);
  if (charge.status !== 'succeeded') {
    throw new StripeError(400, {
      message: `Charge ${charge.id} failed, so there is nothing to refund.`,
      param: 'charge',
    });
  }
  const dispute = charge.dispute === null ? undefined : context.lookup.dispute(charge.dispute);
  const withdrawn = dispute === undefined ? 0 : -movedBy(context.lookup, dispute);
  const left = charge.amount - charge.amountRefunded - withdrawn;
  if (withdrawn > 0 && (left <= 0 || dispute?.status === 'needs_response' || dispute?.status === 'under_review')) {
    throw new StripeError(400, {
      code: 'charge_disputed',
      message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    });
  }
  if (left === 0) {
    throw new StripeError(400, {
      code: 'charge_already_refunded',
      message: `Charge ${charge.id} has already been refunded.`,
    });
  }
  const amount = params.amount ?? left;
  if (amount > left) {
    throw new StripeError(400, {
      message: `Refund amount (${moneyText(amount, charge.currency)}) is greater than unrefunded amount on charge (${moneyText(left, charge.currency)})`,
      param: 'amount',
    });
  }
  checkStep(amount, charge.currency);
  const id = context.newId('re');
  const returned = newBalanceTransaction(context, {
    type: 'refund',
    amount: -amount,
    currency: charge.currency,
    source: id,
  });
  const method = context.lookup.paymentMethod(charge.paymentMethod);
  const afterwards = method === undefined ? undefined : cardOfName(method.card).afterwards;
  const refund: Refund = {
    object: 'refund',
    id,
    created: context.now(),
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    paymentMethod: charge.paymentMethod,
    amount,
    currency: charge.currency,
    reason: params.reason ?? null,
    metadata: mergedMetadata({}, params.metadata),
    balanceTransaction: returned.id,
    failureDue: afterwards === 'refund fails',
    status: afterwards === 'refund is pending' ? 'pending' : 'succeeded',
    failureBalanceTransaction: null,
  };
  const refunded = { ...charge, amountRefunded: charge.amountRefunded + amount };
  const records = [refund, refunded, returned];
  return {
    records,
    events: [
      { type: 'refund.created', record: refund },
      { type: 'charge.refunded', record: refunded },
    ],
    status: 200,
    body: render(withRecords(context.lookup, records), refund, params.expand),
    chargesCard: false,
  };
};
