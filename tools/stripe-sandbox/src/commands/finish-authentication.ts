import { awaitsAuthentication, failAuthentication } from '../domain/payment-intent.ts';
import type { PaymentIntent } from '../domain/records.ts';
import { noResponse, type Change, type Context } from './change.ts';
import { charge } from './confirm.ts';

/**
 * What the cardholder decides on the bank page: the card is charged, or the payment method has failed. Undefined if this
 * authentication has been decided already, or no longer counts.
 */
export const finishAuthentication = (
  context: Context,
  intent: PaymentIntent,
  given: { readonly authenticationId: string; readonly isComplete: boolean },
): Change | undefined => {
  const method = intent.paymentMethod === null ? undefined : context.lookup.paymentMethod(intent.paymentMethod);
  if (method === undefined || !awaitsAuthentication(intent, given.authenticationId)) return undefined;
  if (given.isComplete) return charge(context, intent, method, { expand: [], isAuthenticated: true });
  const failed = failAuthentication(intent, {
    paymentMethod: method.id,
    code: 'payment_intent_authentication_failure',
  });
  return { ...noResponse, records: [failed], events: [{ type: 'payment_intent.payment_failed', record: failed }] };
};
