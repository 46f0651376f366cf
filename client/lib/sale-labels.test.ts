import { expect, test } from '@jest/globals';
import type { Balance, Sale } from './api/schemas.ts';
import { earnedOf, nextPayout, saleBadge, saleLines } from './sale-labels.ts';

const sale: Sale = {
  orderId: 'o1',
  ticketId: 't1',
  title: 'Final',
  price: 19.99,
  fee: 2,
  proceeds: 17.99,
  currency: 'usd',
  state: 'held',
  availableAt: '2026-03-15T19:30:00.000Z',
};
const paidOutAt = '2026-03-16T08:00:00.000Z';
const amounts = 'Price $19.99, fee $2.00';

test.each<[Partial<Sale>, string, string[]]>([
  [{}, 'Held', [amounts, 'Becomes available on Sun, Mar 15, 2026, 19:30 UTC']],
  [{ state: 'available' }, 'Available', [amounts, 'Waits to be paid out']],
  [{ state: 'paid_out', paidOutAt }, 'Paid out', [amounts, 'Paid out on Mon, Mar 16, 2026']],
  [{ state: 'disputed', paidOutAt }, 'Disputed', [amounts, 'Taken back from you if the bank decides for the buyer']],
  [
    { fee: 1, proceeds: 8.99, refunded: 10 },
    'Held',
    ['Price $19.99, fee $1.00', '$10.00 returned to the buyer', 'Becomes available on Sun, Mar 15, 2026, 19:30 UTC'],
  ],
  [{ state: 'disputed' }, 'Disputed', [amounts, 'Held until the buyer’s dispute or report is settled']],
  [
    { state: 'refunded', fee: 0, refunded: 19.99 },
    'Refunded',
    ['Price $19.99, fee $0.00', '$19.99 returned to the buyer'],
  ],
  [{ state: 'frozen' }, 'frozen', [amounts]],
])('When a sale has %j, then its badge is %s, and its facts say what becomes of the money', (change, badge, facts) => {
  expect(saleBadge({ ...sale, ...change }).label).toBe(badge);
  expect(saleLines({ ...sale, ...change })).toEqual(facts);
});

const balance: Balance = { currency: 'usd', held: 0.1, available: 0, paidOut: 0.2 };
const nextRelease = { at: '2026-03-15T19:30:00.000Z', amount: 17.99 };
const ready = { isReady: true, emailVerified: true };

test.each([
  [balance, 0.3],
  [{ ...balance, available: -0.3 }, 0],
  [{ currency: 'jpy', held: 500, available: 20, paidOut: 1 }, 521],
  [{ currency: 'kwd', held: 0.001, available: 0.002, paidOut: 0 }, 0.003],
])('When the balance is %j, then %d is earned', (given, earned) => {
  expect(earnedOf(given)).toBe(earned);
});

test.each([
  [{}, ready, 'Nothing yet'],
  [{ available: -5 }, ready, 'Nothing yet'],
  [{ available: 5 }, ready, '$5.00, on its way'],
  [{ available: 5, nextRelease }, { ...ready, isReady: undefined }, '$5.00, on its way'],
  [{ available: 5 }, { ...ready, isReady: false }, '$5.00, once payouts are set up'],
  [{ available: 5 }, { ...ready, emailVerified: false }, '$5.00, once your email address is confirmed'],
  [{ nextRelease }, ready, '$17.99 on Sun, Mar 15, 2026, 19:30 UTC'],
  [
    { nextRelease },
    { isReady: false, emailVerified: false },
    '$17.99 on Sun, Mar 15, 2026, 19:30 UTC, once payouts are set up',
  ],
])('When the balance has %j and payouts %j, then the next payout is: %s', (change, payouts, text) => {
  expect(nextPayout({ ...balance, ...change }, payouts)).toBe(text);
});
