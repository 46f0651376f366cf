import { chargeCard, confirmRefusal, failAuthentication, requireAuthentication } from '../domain/payment-intent.ts';
import { withRecords, type PaymentIntent, type PaymentMethod } from '../domain/records.ts';
import { cardOfName } from '../domain/test-cards.ts';
import { authenticationErrorObject, declineObject } from '../objects/payment-intent.ts';
import { render } from '../objects/render.ts';
import { StripeError, unexpectedState } from '../stripe-error.ts';
import { chargeFee, newBalanceTransaction } from './balance-transaction.ts';
import type { Change, Context } from './change.ts';

interface ConfirmParams {
  readonly error_on_requires_action?: boolean | undefined;
  readonly expand: readonly string[];
  readonly off_session?: boolean | undefined;
  readonly return_url?: string | undefined;
  readonly use_stripe_sdk?: boolean | undefined;
}

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

/** Charges the card. A decline is a 402 response and still a change: the failed charge and the error are stored. */
export const charge = (
  context: Context,
  intent: PaymentIntent,
  method: PaymentMethod,
  given: { readonly expand: readonly string[]; readonly isAuthenticated: boolean },
): Change => {
  const chargeId = context.newId('ch');
  const received = newBalanceTransaction(context, {
    type: 'charge',
    amount: intent.amount,
    fee: chargeFee(intent.amount, intent.currency),
    currency: intent.currency,
    source: chargeId,
  });
  const tried = chargeCard(intent, method, {
    chargeId,
    now: context.now(),
    isAuthenticated: given.isAuthenticated,
    balanceTransaction: received.id,
  });
  const isPaid = tried.charge.status === 'succeeded';
  const records = [tried.method, tried.charge, tried.intent, ...(isPaid ? [received] : [])];
  const after = withRecords(context.lookup, records);
  if (isPaid) {
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

/** Fails a payment whose card needs an authentication that the caller does not handle; nothing is charged. */
const refuseAuthentication = (context: Context, intent: PaymentIntent, method: PaymentMethod): Change => {
  const error = { paymentMethod: method.id, code: 'authentication_required' } as const;
  const used = { ...method, usedBy: intent.id };
  const failed = failAuthentication(intent, error);
  const records = [used, failed];
  return {
    records,
    events: [{ type: 'payment_intent.payment_failed', record: failed }],
    status: 402,
    body: {
      error: {
        ...authenticationErrorObject(error, used),
        payment_intent: render(withRecords(context.lookup, records), failed),
      },
    },
    chargesCard: true,
  };
};

/** Sends the cardholder to the bank page; nothing is charged yet. */
const askForAuthentication = (
  context: Context,
  intent: PaymentIntent,
  method: PaymentMethod,
  params: ConfirmParams,
): Change => {
  const returnUrl = params.use_stripe_sdk === true ? null : (params.return_url ?? null);
  const asked = requireAuthentication(intent, method, { id: context.newId('payatt'), returnUrl });
  const records = [asked.method, asked.intent];
  return {
    records,
    events: [{ type: 'payment_intent.requires_action', record: asked.intent }],
    status: 200,
    body: render(withRecords(context.lookup, records), asked.intent, params.expand),
    chargesCard: true,
  };
};

/**
 * Charges the payment method for the PaymentIntent, which need not be stored yet, or requires an authentication first.
 * @throws StripeError 400 when the PaymentIntent cannot be confirmed in its state.
 */
export const confirm = (
  context: Context,
  intent: PaymentIntent,
  params: ConfirmParams,
  given: PaymentMethod | undefined,
): Change => {
  const refusal = confirmRefusal(intent);
  if (refusal !== undefined) throw unexpectedState(refusal, render(context.lookup, intent));
  const method =
    given ?? (intent.paymentMethod === null ? undefined : context.lookup.paymentMethod(intent.paymentMethod));
  if (method === undefined) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      render(context.lookup, intent),
    );
  }
  checkReturnUrl(context, intent, params.return_url);
  if (cardOfName(method.card).requiresAuthentication && params.off_session !== true) {
    return params.error_on_requires_action === true
      ? refuseAuthentication(context, intent, method)
      : askForAuthentication(context, intent, method, params);
  }
  return charge(context, intent, method, { expand: params.expand, isAuthenticated: false });
};
