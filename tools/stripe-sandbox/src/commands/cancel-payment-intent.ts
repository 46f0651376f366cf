import { z } from 'zod';
import { canceled, cancelRefusal } from '../domain/payment-intent.ts';
import { cancellationReason } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand } from '../params.ts';
import { notFound, unexpectedState } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';

export const cancelPaymentIntentParams = z.strictObject({
  cancellation_reason: cancellationReason.optional(),
  expand,
});

/** POST /v1/payment_intents/:id/cancel */
export const cancelPaymentIntent = (
  context: Context,
  params: z.infer<typeof cancelPaymentIntentParams>,
  id: string,
): Change => {
  checkExpand('payment_intent', params.expand);
  const intent = context.lookup.paymentIntent(id);
  if (intent === undefined) throw notFound('payment_intent', id, 'intent');
  const refusal = cancelRefusal(intent);
  if (refusal !== undefined) throw unexpectedState(refusal, render(context.lookup, intent));
  const record = canceled(intent, { now: context.now(), reason: params.cancellation_reason ?? null });
  return {
    records: [record],
    events: [{ type: 'payment_intent.canceled', record }],
    status: 200,
    body: render(context.lookup, record, params.expand),
    chargesCard: false,
  };
};
