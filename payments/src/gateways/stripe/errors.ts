import { Stripe } from 'stripe';
import type { Decline } from '../../domain/decline.ts';

const {
  StripeAuthenticationError,
  StripeCardError,
  StripeConnectionError,
  StripeError,
  StripeIdempotencyError,
  StripeInvalidRequestError,
  StripePermissionError,
} = Stripe.errors;

/** Stripe did not respond before the deadline. */
export class StripeTimeoutError extends Error {
  override readonly name = 'StripeTimeoutError';
  override readonly message = 'Stripe did not respond in time';
}

/** Declines of cards whose bank wants a confirmation that Stripe could not ask for; another card may work. */
const needsBank: ReadonlySet<string | undefined> = new Set(['authentication_required', 'authentication_not_handled']);
const needsBankMessage = 'This card asks for a confirmation by its bank that is not possible here. Try another card.';

/** The decline that an error reports; undefined for every other error. */
export const declineOf = (error: unknown): Decline | undefined => {
  if (!(error instanceof StripeCardError)) return undefined;
  return {
    message: declineMessage(error),
    declineCode: error.decline_code,
    chargeId: error.charge,
  };
};

type DeclineFields = Pick<Stripe.PaymentIntent.LastPaymentError, 'message' | 'code' | 'decline_code'>;

export const isAuthenticationFailure = ({ code }: { readonly code?: string | undefined }): boolean =>
  code === 'payment_intent_authentication_failure';

/** Stripe's own message about the card, unless it is not meant for a buyer. */
export const declineMessage = ({ message, code, decline_code: declineCode }: DeclineFields): string => {
  if (isAuthenticationFailure({ code })) {
    return 'Your bank did not confirm this payment. Try again, or use another card.';
  }
  if (needsBank.has(code) || needsBank.has(declineCode)) return needsBankMessage;
  return message === undefined || message === '' ? 'Your card was declined.' : message;
};

/** Whether Stripe refused the request for its content; with `codes`, for one of these reasons. */
export const isRefusal = (error: unknown, codes?: readonly string[]): boolean =>
  error instanceof StripeInvalidRequestError && (codes === undefined || codes.includes(error.code ?? ''));

/** Whether an account does not exist any more, or its owner has disconnected it. */
export const isAccountGone = (error: unknown): boolean =>
  error instanceof StripeError && (error.code === 'account_invalid' || error.code === 'resource_missing');

/** Whether Stripe refuses our key, or the key lacks a right: no call of that kind succeeds until somebody has changed it. */
export const isKeyRefused = (error: unknown): boolean =>
  (error instanceof StripeAuthenticationError || error instanceof StripePermissionError) && !isAccountGone(error);

/** Whether the refusal is about the buyer's token or payment method. */
export const isInvalidToken = (error: unknown): boolean =>
  error instanceof StripeInvalidRequestError &&
  (error.code === 'token_already_used' ||
    error.code === 'token_in_use' ||
    (error.param ?? '').startsWith('payment_method') ||
    // Stripe refuses a payment method that was used before without a code or a parameter.
    (error.code === undefined && error.param === undefined && /PaymentMethod/.test(error.message)));

/** The PaymentIntent that an error is about; a call that fails early creates none. */
export const intentIdOf = (error: unknown): string | undefined =>
  error instanceof StripeError ? error.payment_intent?.id : undefined;

/** Whether the idempotency key belongs to a call with other parameters. */
export const isKeyUsed = (error: unknown): boolean =>
  error instanceof StripeIdempotencyError && error.statusCode !== 409;

/**
 * Whether an attempt was refused because of another one: the order's PaymentIntent is paid already, or the idempotency
 * key belongs to another attempt. A cancelled PaymentIntent is refused for its cancellation instead.
 */
export const wasSuperseded = (error: unknown): boolean =>
  isKeyUsed(error) ||
  (error instanceof StripeInvalidRequestError &&
    error.code === 'payment_intent_unexpected_state' &&
    error.payment_intent?.status !== 'canceled');

export const isServerError = (error: unknown): boolean =>
  error instanceof StripeError && (error.statusCode ?? 0) >= 500;

/** Whether a retry of the same call may succeed: no response, rate limit, server error, or its key still in use. */
export const isRetryable = (error: unknown): boolean => {
  if (error instanceof StripeTimeoutError || error instanceof StripeConnectionError) return true;
  if (!(error instanceof StripeError) || error.headers?.['stripe-should-retry'] === 'false') return false;
  if (error instanceof StripeIdempotencyError) return error.statusCode === 409;
  return error.statusCode === 409 || error.statusCode === 429 || isServerError(error);
};

/** The loggable fields of an error: not its message, since some messages repeat the token. */
export const loggable = (error: unknown): Record<string, unknown> =>
  error instanceof StripeError
    ? { error: error.type, code: error.code, status: error.statusCode, stripeRequestId: error.requestId }
    : { error: error instanceof Error ? error.name : typeof error };
