import { z } from 'zod';
import { checkAmount } from '../domain/amounts.ts';
import { withMethod } from '../domain/payment-intent.ts';
import { withRecords, type PaymentIntent } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { cardOnly, currency, expand, flag, integer, mergedMetadata, metadata, returnUrl, text } from '../params.ts';
import { StripeError } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';
import { confirm } from './confirm.ts';
import { resolvePaymentMethod, paymentMethodFields } from './payment-method-params.ts';

const automatic = z.enum(['automatic', 'automatic_async'], {
  error: 'The sandbox captures automatically; capture_method must be automatic or automatic_async.',
});

export const amount = integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

export const createPaymentIntentParams = z.strictObject({
  allowed_payment_method_types: cardOnly.optional(),
  amount,
  currency,
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).default('always') })
    .optional(),
  capture_method: automatic.optional(),
  confirm: flag.optional(),
  confirmation_method: z.literal('automatic').optional(),
  description: text.optional(),
  error_on_requires_action: flag.optional(),
  expand,
  metadata: metadata.optional(),
  off_session: flag.optional(),
  ...paymentMethodFields,
  /** What API versions before 2026-09-30 call allowed_payment_method_types. */
  payment_method_types: cardOnly.optional(),
  receipt_email: text.optional(),
  return_url: returnUrl.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_group: text.optional(),
  use_stripe_sdk: flag.optional(),
});

/** POST /v1/payment_intents; with `confirm=true` the card is tried at once. */
export const createPaymentIntent = (context: Context, params: z.infer<typeof createPaymentIntentParams>): Change => {
  checkExpand('payment_intent', params.expand);
  checkAmount(params.amount, params.currency);
  const types = params.allowed_payment_method_types ?? params.payment_method_types;
  if (types !== undefined && params.automatic_payment_methods?.enabled === true) {
    const param =
      params.allowed_payment_method_types === undefined ? 'payment_method_types' : 'allowed_payment_method_types';
    throw new StripeError(400, {
      message: `You may only specify one of these parameters: automatic_payment_methods, ${param}.`,
      param,
    });
  }
  const method = resolvePaymentMethod(context, params);
  const id = context.newId('pi');
  const bare: PaymentIntent = {
    object: 'payment_intent',
    id,
    clientSecret: `${id}_${context.newId('secret')}`,
    created: context.now(),
    amount: params.amount,
    currency: params.currency,
    status: 'requires_payment_method',
    metadata: mergedMetadata({}, params.metadata),
    description: params.description ?? null,
    receiptEmail: params.receipt_email ?? null,
    statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
    transferGroup: params.transfer_group ?? null,
    captureMethod: params.capture_method ?? 'automatic_async',
    automaticPaymentMethods:
      types === undefined ? (params.automatic_payment_methods ?? { enabled: true, allow_redirects: 'always' }) : null,
    paymentMethod: null,
    latestCharge: null,
    failedCharge: null,
    authentication: null,
    failedAuthentication: null,
    canceledAt: null,
    cancellationReason: null,
  };
  const intent = method === undefined ? bare : withMethod(bare, method);
  const created = { type: 'payment_intent.created', record: intent } as const;
  if (params.confirm === true) {
    const confirmed = confirm(context, intent, params, method);
    return { ...confirmed, events: [created, ...confirmed.events] };
  }
  const records = method === undefined ? [intent] : [method, intent];
  return {
    records,
    events: [created],
    status: 200,
    body: render(withRecords(context.lookup, records), intent, params.expand),
    chargesCard: false,
  };
};
