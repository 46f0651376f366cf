import type { Charge, PaymentIntent, PaymentMethod } from '../domain/records.ts';
import { cardOfName } from '../domain/test-cards.ts';
import { docUrl } from '../stripe-error.ts';
import { paymentMethodObject } from './payment-method.ts';

/** The error of a declined charge, in the response and in `last_payment_error`. */
export const declineObject = (charge: Charge, method: PaymentMethod) => {
  const decline = cardOfName(method.card).decline;
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

/** Stripe's PaymentIntent object; the last three parameters are ids, or objects where they are expanded. */
export const paymentIntentObject = (
  intent: PaymentIntent,
  related: { readonly lastError: unknown; readonly latestCharge: unknown; readonly paymentMethod: unknown },
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
  next_action: null,
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
