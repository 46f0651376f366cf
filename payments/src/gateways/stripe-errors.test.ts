import { expect, test } from '@jest/globals';
import { Stripe } from 'stripe';
import {
  declineOf,
  facts,
  isAboutToken,
  isRefusal,
  isTaken,
  isWorthRepeating,
  NoAnswerError,
} from './stripe-errors.ts';

const { StripeAPIError, StripeCardError, StripeConnectionError, StripeIdempotencyError } = Stripe.errors;
const { StripeInvalidRequestError, StripeRateLimitError } = Stripe.errors;

const unexpectedState = (status: string) =>
  Object.assign(
    new StripeInvalidRequestError({ type: 'invalid_request_error', code: 'payment_intent_unexpected_state' }),
    { payment_intent: { status } },
  );

test('When a card is declined, then its own words, its code and its charge are kept', () => {
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

test('When a card asks for its bank, then the buyer is told to take another one', () => {
  const error = new StripeCardError({
    type: 'card_error',
    message: '`error_on_requires_action` was set',
    code: 'authentication_required',
    statusCode: 402,
  });
  expect(declineOf(error)?.message).toContain('Try another card');
});

test.each([
  ['its key is under way', new StripeIdempotencyError({ type: 'idempotency_error', statusCode: 409 }), true],
  ['the PaymentIntent is paid', unexpectedState('succeeded'), true],
  ['the PaymentIntent is cancelled', unexpectedState('canceled'), false],
  ['there is no answer', new NoAnswerError(), false],
])('When an attempt fails because %s, then it is known whether another one was the reason', (_why, error, taken) => {
  expect(isTaken(error)).toBe(taken);
});

test.each([
  ['no answer', new NoAnswerError(), true],
  ['a lost connection', new StripeConnectionError({ type: 'api_error', message: '' }), true],
  ['a server error', new StripeAPIError({ type: 'api_error', message: '', statusCode: 500 }), true],
  [
    'too many requests',
    new StripeRateLimitError({ type: 'invalid_request_error', message: '', statusCode: 429 }),
    true,
  ],
  [
    'the same key under way',
    new StripeIdempotencyError({ type: 'idempotency_error', message: '', statusCode: 409 }),
    true,
  ],
  [
    'the same key for something else',
    new StripeIdempotencyError({ type: 'idempotency_error', message: '', statusCode: 400 }),
    false,
  ],
  [
    'a server error that Stripe says not to repeat',
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
])('When there is %s, then the call is repeated: %s', (_what, error, repeated) => {
  expect(isWorthRepeating(error)).toBe(repeated);
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
])('When Stripe refuses %s, then the token is to blame: %s', (_what, raw, blamed) => {
  const error = new StripeInvalidRequestError({ type: 'invalid_request_error', statusCode: 400, ...raw });
  expect(isAboutToken(error)).toBe(blamed);
  expect(isRefusal(error)).toBe(true);
});

test('When an error is logged, then nothing of its words, which may repeat the token', () => {
  const error = new StripeInvalidRequestError({
    type: 'invalid_request_error',
    message: "No such token: 'tok_secret'",
    code: 'resource_missing',
    statusCode: 400,
  });
  expect(JSON.stringify(facts(error))).not.toContain('tok_secret');
});
