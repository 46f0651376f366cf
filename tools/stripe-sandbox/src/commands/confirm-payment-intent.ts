import { z } from 'zod';
import { checkExpand } from '../objects/render.ts';
import { expand, flag, returnUrl, text } from '../params.ts';
import { notFound } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';
import { confirm } from './confirm.ts';
import { resolvePaymentMethod, paymentMethodFields } from './payment-method-params.ts';

export const confirmPaymentIntentParams = z.strictObject({
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  error_on_requires_action: flag.optional(),
  expand,
  off_session: flag.optional(),
  ...paymentMethodFields,
  receipt_email: text.optional(),
  return_url: returnUrl.optional(),
  use_stripe_sdk: flag.optional(),
});

/** POST /v1/payment_intents/:id/confirm */
export const confirmPaymentIntent = (
  context: Context,
  params: z.infer<typeof confirmPaymentIntentParams>,
  id: string,
): Change => {
  checkExpand('payment_intent', params.expand);
  const known = context.lookup.paymentIntent(id);
  if (known === undefined) throw notFound('payment_intent', id, 'intent');
  const intent = params.receipt_email === undefined ? known : { ...known, receiptEmail: params.receipt_email };
  return confirm(context, intent, params, resolvePaymentMethod(context, params));
};
