import { z } from 'zod';
import { checkAmount } from '../domain/amounts.ts';
import { paymentChangeRefusal, withMethod, withoutAuthentication } from '../domain/payment-intent.ts';
import { withRecords } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { currency, expand, mergedMetadata, metadata, text } from '../params.ts';
import { notFound, unexpectedState } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';
import { amount } from './create-payment-intent.ts';
import { resolvePaymentMethod, paymentMethodFields } from './payment-method-params.ts';

export const updatePaymentIntentParams = z.strictObject({
  amount: amount.optional(),
  currency: currency.optional(),
  description: text.optional(),
  expand,
  metadata: metadata.optional(),
  ...paymentMethodFields,
  receipt_email: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_group: text.optional(),
});

/** POST /v1/payment_intents/:id */
export const updatePaymentIntent = (
  context: Context,
  params: z.infer<typeof updatePaymentIntentParams>,
  id: string,
): Change => {
  checkExpand('payment_intent', params.expand);
  const intent = context.lookup.paymentIntent(id);
  if (intent === undefined) throw notFound('payment_intent', id, 'intent');
  const changesPayment = [params.amount, params.currency, params.payment_method, params.payment_method_data].some(
    (value) => value !== undefined,
  );
  const refusal = changesPayment ? paymentChangeRefusal(intent) : undefined;
  if (refusal !== undefined) throw unexpectedState(refusal, render(context.lookup, intent));
  const method = resolvePaymentMethod(context, params);
  const changed = {
    ...(method === undefined ? (changesPayment ? withoutAuthentication(intent) : intent) : withMethod(intent, method)),
    amount: params.amount ?? intent.amount,
    currency: params.currency ?? intent.currency,
    metadata: mergedMetadata(intent.metadata, params.metadata),
    description: params.description === undefined ? intent.description : params.description,
    receiptEmail: params.receipt_email === undefined ? intent.receiptEmail : params.receipt_email,
    statementDescriptorSuffix:
      params.statement_descriptor_suffix === undefined
        ? intent.statementDescriptorSuffix
        : params.statement_descriptor_suffix,
    transferGroup: params.transfer_group === undefined ? intent.transferGroup : params.transfer_group,
  };
  checkAmount(changed.amount, changed.currency);
  const records = method === undefined ? [changed] : [method, changed];
  return {
    records,
    events: [],
    status: 200,
    body: render(withRecords(context.lookup, records), changed, params.expand),
    chargesCard: false,
  };
};
