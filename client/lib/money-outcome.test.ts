import { expect, test } from '@jest/globals';
import { attemptsLeft, moneyOutcome } from './money-outcome.ts';

test.each([
  [
    { status: 'refunded' as const, amount: 1999, currency: 'usd' },
    'Your payment of $19.99 has been refunded to your card.',
  ],
  [
    { status: 'completed' as const, amount: 1999, currency: 'usd' },
    'Your payment of $19.99 arrived too late and is being refunded.',
  ],
  [{ status: 'failed' as const, amount: 1999, currency: 'usd' }, 'You have not been charged.'],
  [{ status: 'created' as const, amount: 1999, currency: 'usd' }, 'You have not been charged.'],
  [undefined, 'You have not been charged.'],
])('When the order is cancelled and its charge is %j, then the sentence is %s', (charge, sentence) => {
  expect(moneyOutcome(charge)).toBe(sentence);
});

test.each([
  [1, 3, 'You have 2 attempts left.'],
  [2, 3, 'You have one attempt left.'],
  [3, 3, undefined],
  [1, undefined, undefined],
  [undefined, 3, undefined],
])('When %j cards of %j were declined, then the sentence is %j', (attempts, allowed, sentence) => {
  expect(attemptsLeft(attempts, allowed)).toBe(sentence);
});
