import { expect, test } from '@jest/globals';
import { chargeStatuses } from '@ticketing/common/events';
import { statusesBefore } from './charge-status.ts';
import { isFatal } from './decline.ts';
import { tokenHash, tokenShape } from './token.ts';

test('When a charge changes its status, then only by a move of the table', () => {
  const moves = chargeStatuses.flatMap((to) => statusesBefore(to).map((from) => `${from} → ${to}`));
  expect(moves).toEqual([
    'created → completed',
    'created → failed',
    'created → refunded',
    'completed → refunded',
    'failed → refunded',
  ]);
});

test.each([
  ['stolen_card', true],
  ['fraudulent', true],
  ['generic_decline', false],
  ['insufficient_funds', false],
  [undefined, false],
])('When the decline code is %s, then whether payment fails for good is %s', (declineCode, fatal) => {
  expect(isFatal({ message: 'Your card was declined.', declineCode, chargeId: undefined })).toBe(fatal);
});

test.each([
  ['tok_visa', true],
  ['pm_card_visa', true],
  ['pm_1MqLiJLkdIwHu7ixUEgbFdYF', true],
  ['4242424242424242', false],
  ['tok_', false],
  ['tok_visa&amount=1', false],
  ['', false],
])('When %p is sent as a token, then it is shaped like one of Stripe’s: %s', (token, shaped) => {
  expect(tokenShape.test(token)).toBe(shaped);
});

test('When a token is hashed, then the hash distinguishes it without containing it', () => {
  expect(tokenHash('tok_visa')).toBe(tokenHash('tok_visa'));
  expect(tokenHash('tok_visa')).not.toBe(tokenHash('tok_mastercard'));
  expect(tokenHash('tok_visa')).not.toContain('visa');
});
