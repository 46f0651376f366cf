import { expect, test } from '@jest/globals';
import { attemptsLeft, moneyNews, moneyOutcome } from './money-outcome.ts';

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
  [
    { status: 'created' as const, amount: 1999, currency: 'usd', owed: 1999 },
    'Your payment of $19.99 arrived too late and is being refunded.',
  ],
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

const charge = { amount: 1999, currency: 'usd' };
const lost = { status: 'lost', reason: 'fraudulent' };
const open = { status: 'needs_response', reason: 'fraudulent' };

test.each([
  [
    { status: 'refunded' as const, refundStatus: 'pending' as const },
    'Your payment of $19.99 is being refunded to your card.',
  ],
  [
    { status: 'refunded' as const, refundStatus: 'failed' as const, amountRefunded: 0, owed: 1999 },
    /^The refund of \$19.99 did not reach/,
  ],
  // The first of two refunds has failed.
  [
    { status: 'refunded' as const, refundStatus: 'succeeded' as const, amountRefunded: 500, owed: 1499 },
    /^The refund of \$14.99 did not reach/,
  ],
  [
    { status: 'refunded' as const, refundStatus: 'failed' as const, amountRefunded: 0, returnedOutsideStripe: 1999 },
    'A refund did not reach your card, so we have returned $19.99 in another way.',
  ],
  [
    {
      status: 'refunded' as const,
      refundStatus: 'succeeded' as const,
      amountRefunded: 1499,
      returnedOutsideStripe: 500,
    },
    '$14.99 of your payment has been refunded to your card. A refund did not reach your card, so we have returned $5.00 in another way.',
  ],
  [{ status: 'refunded' as const, refundStatus: 'failed' as const }, /has been refunded to your card/],
  [
    { status: 'refunded' as const, amountRefunded: 0, dispute: lost },
    'Your payment of $19.99 has been returned by your bank.',
  ],
  [{ status: 'completed' as const }, 'Your payment of $19.99 is being refunded.'],
  [{ status: 'completed' as const, dispute: open }, /^Your payment of \$19.99 is with your bank/],
])('When a complete order is cancelled and its charge is %j, then the sentence is %s', (change, sentence) => {
  expect(moneyOutcome({ ...charge, ...change }, true)).toMatch(sentence);
});

test.each([
  [{}, []],
  [
    { amountRefunded: 500, refundStatus: 'succeeded' as const },
    ['$5.00 of your payment has been refunded to your card.'],
  ],
  [
    { amountRefunded: 500, refundStatus: 'pending' as const },
    ['$5.00 of your payment is being refunded to your card.'],
  ],
  [
    { amountRefunded: 0, refundStatus: 'failed' as const, owed: 500 },
    ['A refund did not reach your card. We are looking into it.'],
  ],
  [
    { amountRefunded: 0, refundStatus: 'failed' as const, returnedOutsideStripe: 500 },
    ['A refund did not reach your card, so we have returned $5.00 in another way.'],
  ],
  [{ dispute: lost }, []],
  [{ dispute: open }, ['You have disputed this payment. The seller is not paid until your bank has decided.']],
])('When the charge of a complete order is %j, then the page says %j', (change, sentences) => {
  expect(moneyNews({ ...charge, status: 'completed', ...change })).toEqual(sentences);
});
