import { Stripe } from 'stripe';
import type { Decline } from '../domain/decline.ts';

const { StripeError, StripeCardError, StripeConnectionError, StripeIdempotencyError, StripeInvalidRequestError } =
  Stripe.errors;

/** Stripe has not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor() {
    super('Stripe has not answered in time');
  }
}

/** A card that would have to be confirmed with its bank: our pages cannot show that, another card can be tried. */
const needsBank = new Set(['authentication_required', 'authentication_not_handled']);
const needsBankMessage = 'This card asks for a confirmation by its bank that is not possible here. Try another card.';

/** The decline that an error tells of; undefined when it tells of something else. */
export const declineOf = (error: unknown): Decline | undefined => {
  if (!(error instanceof StripeCardError)) return undefined;
  return {
    message: buyersMessage(error.message, error.code, error.decline_code),
    declineCode: error.decline_code,
    chargeId: error.charge,
  };
};

/** The card's own words, where they are meant for a buyer. */
export const buyersMessage = (
  message: string | undefined,
  code: string | undefined,
  declineCode: string | undefined,
): string => {
  if (needsBank.has(code ?? '') || needsBank.has(declineCode ?? '')) return needsBankMessage;
  return message === undefined || message === '' ? 'Your card was declined.' : message;
};

/** Whether Stripe refused the request for what is in it; with `codes`, for one of these reasons. */
export const isRefusal = (error: unknown, codes?: readonly string[]): boolean =>
  error instanceof StripeInvalidRequestError && (codes === undefined || codes.includes(error.code ?? ''));

/** Whether the refusal is about what the buyer pays with. */
export const isAboutToken = (error: unknown): boolean =>
  error instanceof StripeInvalidRequestError &&
  (error.code === 'token_already_used' ||
    error.code === 'token_in_use' ||
    (error.param ?? '').startsWith('payment_method') ||
    // A payment method that was used before is refused without a code or a parameter.
    (error.code === undefined && error.param === undefined && /PaymentMethod/.test(error.message)));

/**
 * Whether an attempt was refused because of another one: the order's one PaymentIntent is paid, or the attempt's key is
 * another attempt's. One that was cancelled is refused for the cancellation.
 */
export const isTaken = (error: unknown): boolean =>
  error instanceof StripeIdempotencyError ||
  (error instanceof StripeInvalidRequestError &&
    error.code === 'payment_intent_unexpected_state' &&
    error.payment_intent?.status !== 'canceled');

export const isServerError = (error: unknown): boolean =>
  error instanceof StripeError && (error.statusCode ?? 0) >= 500;

/** Whether the same call may get an answer if it is made again: no answer, too busy, or itself still under way. */
export const isWorthRepeating = (error: unknown): boolean => {
  if (error instanceof NoAnswerError || error instanceof StripeConnectionError) return true;
  if (!(error instanceof StripeError) || error.headers?.['stripe-should-retry'] === 'false') return false;
  if (error instanceof StripeIdempotencyError) return error.statusCode === 409;
  return error.statusCode === 409 || error.statusCode === 429 || isServerError(error);
};

/** What may be logged of an error: no words of it, since some repeat the token. */
export const facts = (error: unknown): Record<string, unknown> =>
  error instanceof StripeError
    ? { error: error.type, code: error.code, status: error.statusCode, stripeRequestId: error.requestId }
    : { error: error instanceof Error ? error.name : typeof error };
