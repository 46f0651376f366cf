import type { Charge, PaymentIntent, PaymentMethod } from './records.ts';
import { cardOfName } from './test-cards.ts';

const cancellable =
  'requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, processing';

/** Stripe's message if the PaymentIntent cannot be confirmed in its state; undefined if it can. */
export const confirmRefusal = (intent: PaymentIntent): string | undefined => {
  if (intent.status === 'succeeded') {
    return 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.';
  }
  if (intent.status === 'canceled') {
    return 'You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be confirmed: requires_payment_method, requires_confirmation, requires_action.';
  }
  return undefined;
};

export const cancelRefusal = (intent: PaymentIntent): string | undefined =>
  intent.status === 'succeeded' || intent.status === 'canceled'
    ? `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${cancellable}.`
    : undefined;

/** The same for a change of amount, currency or payment method; description and metadata can always change. */
export const paymentChangeRefusal = (intent: PaymentIntent): string | undefined =>
  intent.status === 'succeeded' || intent.status === 'canceled'
    ? `This PaymentIntent's payment details could not be updated because it has a status of ${intent.status}. You may only update those of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.`
    : undefined;

export const withMethod = (intent: PaymentIntent, method: PaymentMethod): PaymentIntent => ({
  ...intent,
  status: 'requires_confirmation',
  paymentMethod: method.id,
  authentication: null,
});

/** The cardholder authenticates a certain amount: after a change the PaymentIntent has to be confirmed again. */
export const withoutAuthentication = (intent: PaymentIntent): PaymentIntent =>
  intent.status === 'requires_action' ? { ...intent, status: 'requires_confirmation', authentication: null } : intent;

/** Waits for the cardholder's authentication; an earlier one no longer counts. Requires that `confirmRefusal` is undefined. */
export const requireAuthentication = (
  intent: PaymentIntent,
  method: PaymentMethod,
  given: { readonly id: string; readonly returnUrl: string | null },
): { readonly intent: PaymentIntent; readonly method: PaymentMethod } => ({
  intent: {
    ...intent,
    status: 'requires_action',
    paymentMethod: method.id,
    latestCharge: null,
    failedCharge: null,
    failedAuthentication: null,
    authentication: { ...given, outcome: 'pending' },
  },
  method: { ...method, usedBy: intent.id },
});

/** Nothing was charged, because the cardholder was not authenticated; another payment method can be tried. */
export const failAuthentication = (
  intent: PaymentIntent,
  failed: NonNullable<PaymentIntent['failedAuthentication']>,
): PaymentIntent => ({
  ...intent,
  status: 'requires_payment_method',
  paymentMethod: null,
  latestCharge: null,
  failedCharge: null,
  failedAuthentication: failed,
  authentication: intent.authentication === null ? null : { ...intent.authentication, outcome: 'failed' },
});

/** Whether the bank page with this id can still decide. */
export const awaitsAuthentication = (intent: PaymentIntent, authenticationId: string): boolean =>
  intent.status === 'requires_action' && intent.authentication?.id === authenticationId;

/**
 * Charges the card once. After a decline the PaymentIntent accepts another payment method; a success is final. Requires
 * that `confirmRefusal` is undefined.
 */
export const chargeCard = (
  intent: PaymentIntent,
  method: PaymentMethod,
  given: {
    readonly chargeId: string;
    readonly now: number;
    readonly isAuthenticated: boolean;
    readonly balanceTransaction: string;
  },
): { readonly intent: PaymentIntent; readonly charge: Charge; readonly method: PaymentMethod } => {
  const card = cardOfName(method.card);
  const failed = card.decline !== undefined || (card.requiresAuthentication === true && !given.isAuthenticated);
  return {
    intent: {
      ...intent,
      status: failed ? 'requires_payment_method' : 'succeeded',
      paymentMethod: failed ? null : method.id,
      latestCharge: given.chargeId,
      failedCharge: failed ? given.chargeId : null,
      failedAuthentication: null,
      authentication:
        given.isAuthenticated && intent.authentication !== null
          ? { ...intent.authentication, outcome: 'authenticated' }
          : null,
    },
    charge: {
      object: 'charge',
      id: given.chargeId,
      created: given.now,
      paymentIntent: intent.id,
      paymentMethod: method.id,
      amount: intent.amount,
      amountRefunded: 0,
      balanceTransaction: failed ? null : given.balanceTransaction,
      disputeDue: !failed && card.afterwards === 'charge is disputed',
      dispute: null,
      currency: intent.currency,
      status: failed ? 'failed' : 'succeeded',
      metadata: intent.metadata,
      description: intent.description,
      receiptEmail: intent.receiptEmail,
      statementDescriptorSuffix: intent.statementDescriptorSuffix,
      transferGroup: intent.transferGroup,
    },
    method: { ...method, usedBy: intent.id },
  };
};

/** Requires that `cancelRefusal` is undefined. */
export const canceled = (
  intent: PaymentIntent,
  given: { readonly now: number; readonly reason: PaymentIntent['cancellationReason'] },
): PaymentIntent => ({
  ...intent,
  status: 'canceled',
  canceledAt: given.now,
  cancellationReason: given.reason,
});
