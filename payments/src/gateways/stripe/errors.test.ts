import { expect, test } from '@jest/globals';
import { Stripe } from 'stripe';
import {
  declineOf,
  isInvalidToken,
  isRefusal,
  isRetryable,
  loggable,
  StripeTimeoutError,
  wasSuperseded,
} from './errors.ts';

const { StripeAPIError, StripeCardError, StripeConnectionError, StripeIdempotencyError } = Stripe.errors;
const { StripeInvalidRequestError, StripeRateLimitError } = Stripe.errors;

const unexpectedState = (status: string) =>
  Object.assign(
    new StripeInvalidRequestError({ type: 'invalid_request_error', code: 'payment_intent_unexpected_state' }),
    { payment_intent: { status } },
  );

test('When a card is declined, then its message, its code and its charge are returned', () => {
  const error = new StripeCardError({
    type: 'card_error',
    message: 'Your card has insufficient funds.',
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    charge: 'ch_1',
    statusCode: 402,
  });
  expect(declineOf(error)).toEqual({
    message: 'Your card has insufficient funds.',
    declineCode: 'insufficient_funds',
    chargeId: 'ch_1',
  });
  expect(declineOf(new Error('other'))).toBeUndefined();
});

test('When a card needs a confirmation by its bank, then the message suggests another card', () => {
  const error = new StripeCardError({
    type: 'card_error',
    message: '`error_on_requires_action` was set',
    code: 'authentication_required',
    statusCode: 402,
  });
  expect(declineOf(error)?.message).toContain('Try another card');
});

test.each([
  ['its key is in use', new StripeIdempotencyError({ type: 'idempotency_error', statusCode: 409 }), false],
  ['its key was taken', new StripeIdempotencyError({ type: 'idempotency_error', statusCode: 400 }), true],
  ['the PaymentIntent is paid', unexpectedState('succeeded'), true],
  ['the PaymentIntent is cancelled', unexpectedState('canceled'), false],
  ['Stripe does not respond', new StripeTimeoutError(), false],
])('When an attempt fails because %s, then whether it was superseded is known', (_why, error, superseded) => {
  expect(wasSuperseded(error)).toBe(superseded);
});

test.each([
  ['no response', new StripeTimeoutError(), true],
  ['a lost connection', new StripeConnectionError({ type: 'api_error', message: '' }), true],
  ['a server error', new StripeAPIError({ type: 'api_error', message: '', statusCode: 500 }), true],
  [
    'too many requests',
    new StripeRateLimitError({ type: 'invalid_request_error', message: '', statusCode: 429 }),
    true,
  ],
  [
    'the same key in use',
    new StripeIdempotencyError({ type: 'idempotency_error', message: '', statusCode: 409 }),
    true,
  ],
  [
    'the same key for something else',
    new StripeIdempotencyError({ type: 'idempotency_error', message: '', statusCode: 400 }),
    false,
  ],
  [
    'a server error that Stripe says not to retry',
    new StripeAPIError({
      type: 'api_error',
      message: '',
      statusCode: 500,
      headers: { 'stripe-should-retry': 'false' },
    }),
    false,
  ],
  ['a decline', new StripeCardError({ type: 'card_error', message: '', statusCode: 402 }), false],
  ['a bug', new TypeError('undefined'), false],
])('When there is %s, then whether the call is retried is %s', (_what, error, retried) => {
  expect(isRetryable(error)).toBe(retried);
});

test.each([
  [
    'an unknown token',
    { code: 'resource_missing', param: 'payment_method_data[card][token]', message: 'No such' },
    true,
  ],
  ['an unknown method', { code: 'resource_missing', param: 'payment_method', message: 'No such' }, true],
  ['a used token', { code: 'token_already_used', message: 'used' }, true],
  ['a used method', { message: 'The provided PaymentMethod was previously used' }, true],
  ['an unknown intent', { code: 'resource_missing', param: 'intent', message: 'No such' }, false],
  ['an intent in another state', { code: 'payment_intent_unexpected_state', message: 'cannot confirm' }, false],
])('When Stripe refuses %s, then the refusal is about the token: %s', (_what, raw, isAboutToken) => {
  const error = new StripeInvalidRequestError({ type: 'invalid_request_error', statusCode: 400, ...raw });
  expect(isInvalidToken(error)).toBe(isAboutToken);
  expect(isRefusal(error)).toBe(true);
});

test('When an error is logged, then its message is not, since it may repeat the token', () => {
  const error = new StripeInvalidRequestError({
    type: 'invalid_request_error',
    message: "No such token: 'tok_secret'",
    code: 'resource_missing',
    statusCode: 400,
  });
  expect(JSON.stringify(loggable(error))).not.toContain('tok_secret');
});
