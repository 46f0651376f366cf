import { confirmRefusal, chargeCard } from '../domain/payment-intent.ts';
import { withRecords, type PaymentIntent, type PaymentMethod } from '../domain/records.ts';
import { declineObject } from '../objects/payment-intent.ts';
import { render } from '../objects/render.ts';
import { StripeError, unexpectedState } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';

const checkReturnUrl = (context: Context, intent: PaymentIntent, returnUrl: string | undefined): void => {
  const mayRedirect =
    intent.automaticPaymentMethods?.enabled === true && intent.automaticPaymentMethods.allow_redirects === 'always';
  if (context.strictReturnUrl && mayRedirect && returnUrl === undefined) {
    throw new StripeError(400, {
      message:
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
    });
  }
};

/**
 * Charges the payment method for the PaymentIntent, which need not be stored yet. A decline is a 402 response and still
 * a change: the failed charge and the PaymentIntent's error are stored.
 * @throws StripeError 400 when the PaymentIntent cannot be confirmed in its state.
 */
export const confirm = (
  context: Context,
  intent: PaymentIntent,
  given: {
    readonly method: PaymentMethod | undefined;
    readonly returnUrl: string | undefined;
    readonly expand: readonly string[];
  },
): Change => {
  const refusal = confirmRefusal(intent);
  if (refusal !== undefined) throw unexpectedState(refusal, render(context.lookup, intent));
  const method =
    given.method ?? (intent.paymentMethod === null ? undefined : context.lookup.paymentMethod(intent.paymentMethod));
  if (method === undefined) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      render(context.lookup, intent),
    );
  }
  checkReturnUrl(context, intent, given.returnUrl);

  const tried = chargeCard(intent, method, { chargeId: context.newId('ch'), now: context.now() });
  const records = [tried.method, tried.charge, tried.intent];
  const after = withRecords(context.lookup, records);
  if (tried.charge.status === 'succeeded') {
    return {
      records,
      events: [
        { type: 'charge.succeeded', record: tried.charge },
        { type: 'payment_intent.succeeded', record: tried.intent },
      ],
      status: 200,
      body: render(after, tried.intent, given.expand),
      chargesCard: true,
    };
  }
  return {
    records,
    events: [
      { type: 'charge.failed', record: tried.charge },
      { type: 'payment_intent.payment_failed', record: tried.intent },
    ],
    status: 402,
    body: {
      error: { ...declineObject(tried.charge, tried.method), payment_intent: render(after, tried.intent) },
    },
    chargesCard: true,
  };
};
