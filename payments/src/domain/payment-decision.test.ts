import { expect, test } from '@jest/globals';
import { decidePayment } from './payment-decision.ts';
import { attemptAbandonedMs, type Attempt, type Attempting, type Charge, type Payment } from './payment.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const at = (ms: number) => new Date(now.getTime() + ms);

const order = (changes: Partial<Payment['order']> = {}): Payment['order'] => ({
  userId: 'buyer',
  status: 'awaiting:payment',
  expiresAt: at(60_000).toISOString(),
  ...changes,
});

const uncharged = (changes: Partial<Payment['order']> = {}): Payment => ({ _id: 'order', order: order(changes) });

const fields = {
  _id: 'order',
  order: order(),
  version: 0,
  declines: 0,
  lastAttemptNumber: 1,
  amount: 1999,
  currency: 'usd',
  createdAt: now,
};
const idle: Charge = { ...fields, status: 'created' };
const completed: Charge = { ...fields, status: 'completed', stripeId: 'pi_1' };
const attempting = (changes: Partial<Attempt> = {}): Attempting => ({
  ...fields,
  status: 'created',
  openAttempt: { number: 1, token: 'hash', at: at(-1_000), correlationId: 'c', traceId: 't', ...changes },
});
const unknown = attempting({ unknown: true });
const abandoned = attempting({ at: at(-attemptAbandonedMs) });
const atBank = (token: string) =>
  attempting({ token, action: { url: 'https://bank.example', readAt: now, due: at(5_000) } });
const [thisCard, otherCard] = [atBank('hash'), atBank('other')];
const expired = at(0).toISOString();

const cases: readonly [string, Payment | null, object][] = [
  ['no document', null, { kind: 'unknown' }],
  ["another user's order", uncharged({ userId: 'other' }), { kind: 'not-owner' }],
  ["another user's paid order", { ...completed, order: order({ userId: 'other' }) }, { kind: 'not-owner' }],
  ['an unconfirmed order', uncharged({ status: 'created' }), { kind: 'unconfirmed' }],
  [
    'an unconfirmed order after its deadline',
    uncharged({ status: 'created', expiresAt: expired }),
    { kind: 'cancelled', reason: 'expired' },
  ],
  ['an order after its deadline', uncharged({ expiresAt: expired }), { kind: 'cancelled', reason: 'expired' }],
  ['a closing order', uncharged({ closing: 'expired' }), { kind: 'cancelled', reason: 'expired' }],
  ['a closing order that was paid', { ...completed, order: order({ closing: 'expired' }) }, { kind: 'paid' }],
  ['a payable order', uncharged(), { kind: 'first-attempt' }],
  ['a declined card', { ...idle, declines: 2 }, { kind: 'next-attempt' }],
  ['no decline left', { ...idle, declines: 3 }, { kind: 'given-up' }],
  ['a failed payment', { ...fields, status: 'failed', declines: 1 }, { kind: 'given-up' }],
  [
    'a refunded payment',
    { ...fields, status: 'refunded', stripeId: 'pi_1', stripeRefundId: 're_1' },
    { kind: 'given-up' },
  ],
  [
    'a paid order after its deadline',
    { ...completed, order: order({ expiresAt: at(-1).toISOString() }) },
    { kind: 'paid' },
  ],
  ['a complete order', { ...completed, order: order({ status: 'complete' }) }, { kind: 'paid' }],
  [
    'a cancelled order that is not refunded yet',
    { ...completed, order: order({ status: 'cancelled', reason: 'by_buyer' }) },
    { kind: 'cancelled', reason: 'by_buyer' },
  ],
  ['an attempt under way', attempting(), { kind: 'in-flight' }],
  [
    'an attempt under way after the deadline',
    { ...attempting(), order: order({ expiresAt: expired }) },
    { kind: 'in-flight' },
  ],
  ['a confirmation that was read just now', thisCard, { kind: 'settle-first', charge: thisCard }],
  ['a confirmation of another card', otherCard, { kind: 'settle-first', charge: otherCard }],
  [
    'a failed confirmation of this card',
    { ...idle, declines: 1, unseenDecline: { token: 'hash', message: 'no' } },
    { kind: 'declined', message: 'no' },
  ],
  [
    'a failed confirmation of another card',
    { ...idle, declines: 1, unseenDecline: { token: 'other', message: 'no' } },
    { kind: 'next-attempt' },
  ],
  ['an attempt of unknown outcome', unknown, { kind: 'settle-first', charge: unknown }],
  ['an abandoned attempt', abandoned, { kind: 'settle-first', charge: abandoned }],
];

test.each(cases)('When there is %s, then the request to pay leads to its decision', (_what, payment, decision) => {
  expect(decidePayment(payment, { userId: 'buyer', token: 'hash', now, maxDeclines: 3 })).toEqual(decision);
});
