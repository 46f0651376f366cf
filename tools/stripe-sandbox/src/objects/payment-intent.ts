import type { Charge, PaymentIntent, PaymentMethod } from '../domain/records.ts';
import { cardOfName, declineOf } from '../domain/test-cards.ts';
import { docUrl } from '../stripe-error.ts';
import { paymentMethodObject } from './payment-method.ts';

/** The error of a declined charge, in the response and in `last_payment_error`. */
export const declineObject = (charge: Charge, method: PaymentMethod) => {
  const decline = declineOf(cardOfName(method.card));
  if (decline === undefined) throw new Error(`charge ${charge.id} failed with a card that does not`);
  return {
    ...(decline.advice === undefined ? {} : { advice_code: decline.advice }),
    charge: charge.id,
    code: decline.code,
    decline_code: decline.declineCode,
    doc_url: docUrl(decline.code),
    message: decline.message,
    ...(decline.param === undefined ? {} : { param: decline.param }),
    payment_method: paymentMethodObject(method),
    type: 'card_error',
  };
};

/** The same for a payment method that was not charged because its cardholder was not authenticated. */
export const authenticationErrorObject = (
  { code }: NonNullable<PaymentIntent['failedAuthentication']>,
  method: PaymentMethod,
) => ({
  code,
  doc_url: docUrl(code),
  payment_method: paymentMethodObject(method),
  ...(code === 'authentication_required'
    ? {
        decline_code: 'authentication_not_handled',
        message:
          "This payment required an authentication action to complete, but `error_on_requires_action` was set. When you're ready, you can upgrade your integration to handle actions at https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
        type: 'card_error',
      }
    : {
        message:
          'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
        type: 'invalid_request_error',
      }),
});

/** Path of the bank page, which authenticates the cardholder. */
export const bankPagePath = (intentId: string, authenticationId: string): string =>
  `/bank/${intentId}/${authenticationId}`;

const nextAction = (intent: PaymentIntent, publicUrl: string) => {
  if (intent.status !== 'requires_action' || intent.authentication === null) return null;
  const { id, returnUrl } = intent.authentication;
  const url = `${publicUrl}${bankPagePath(intent.id, id)}`;
  return returnUrl === null
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', source: id, stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
};

/** Stripe's PaymentIntent object; members of `related` are ids, or objects where they are expanded. */
export const paymentIntentObject = (
  intent: PaymentIntent,
  related: { readonly lastError: unknown; readonly latestCharge: unknown; readonly paymentMethod: unknown },
  publicUrl: string,
) => ({
  id: intent.id,
  object: 'payment_intent',
  allowed_payment_method_types: intent.automaticPaymentMethods === null ? ['card'] : null,
  amount: intent.amount,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: intent.status === 'succeeded' ? intent.amount : 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: intent.automaticPaymentMethods,
  canceled_at: intent.canceledAt,
  cancellation_reason: intent.cancellationReason,
  capture_method: intent.captureMethod,
  client_secret: intent.clientSecret,
  confirmation_method: 'automatic',
  created: intent.created,
  currency: intent.currency,
  customer: null,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: null,
  last_payment_error: related.lastError,
  latest_charge: related.latestCharge,
  livemode: false,
  metadata: intent.metadata,
  next_action: nextAction(intent, publicUrl),
  on_behalf_of: null,
  payment_method: related.paymentMethod,
  payment_method_configuration_details: null,
  payment_method_options: {
    card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
  },
  payment_method_types: ['card'],
  processing: null,
  receipt_email: intent.receiptEmail,
  review: null,
  setup_future_usage: null,
  shipping: null,
  statement_descriptor: null,
  statement_descriptor_suffix: intent.statementDescriptorSuffix,
  status: intent.status,
  transfer_data: null,
  transfer_group: intent.transferGroup,
});
