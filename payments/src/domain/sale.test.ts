import { expect, test } from '@jest/globals';
import type { Charge } from './payment.ts';
import { availableAt, saleStateOf } from './sale.ts';

const completedAt = new Date('2026-11-29T12:00:00Z');
const hourMs = 60 * 60_000;

const deliveredAt = '2026-11-30T12:00:00Z';

test.each<[string, string | undefined, string | undefined, string | undefined]>([
  ['starts later', '2026-12-01T19:00:00Z', undefined, '2026-12-02T19:00:00Z'],
  ['starts after the delivery', '2026-12-01T19:00:00Z', deliveredAt, '2026-12-02T19:00:00Z'],
  ['has no date and the ticket is not delivered', undefined, undefined, undefined],
  ['has no date and the ticket is delivered', undefined, deliveredAt, '2026-12-07T12:00:00Z'],
  ['was over before it was sold', '2026-11-01T19:00:00Z', undefined, '2026-11-29T12:00:00Z'],
  ['was over before the delivery', '2026-11-01T19:00:00Z', deliveredAt, deliveredAt],
])('When the event %s, then the proceeds are released at the right time', (_, startsAt, delivered, at) => {
  expect(availableAt({ completedAt, startsAt, deliveredAt: delivered }, 24 * hourMs)).toEqual(at && new Date(at));
});

const sale: Charge = {
  _id: 'order',
  order: { userId: 'buyer', status: 'awaiting:payment', expiresAt: completedAt.toISOString() },
  version: 1,
  declines: 0,
  amount: 1999,
  currency: 'usd',
  createdAt: completedAt,
  lastAttemptNumber: 1,
  status: 'completed',
  stripeId: 'pi',
  completedAt,
  left: 1999,
  fee: 200,
};
const releasedAt = completedAt;
const transfer = { number: 1, claimedAt: completedAt, amount: 1799, accountId: 'acct' };
const sent = 1799;
const dispute = { id: 'dp', amount: 1999, reason: 'fraudulent' };
const reported = { order: { ...sale.order, problemAt: '2026-11-29T13:00:00Z' } };

test.each<[string, Partial<Charge>]>([
  ['held', {}],
  ['available', { releasedAt }],
  ['available', { releasedAt, transfer }],
  ['paid_out', { releasedAt, sent }],
  ['paid_out', { sent: 1 }],
  ['available', { releasedAt, sent: 0 }],
  ['refunded', { left: 0, releasedAt, sent }],
  ['disputed', { disputes: [{ ...dispute, status: 'needs_response' }] }],
  ['held', { disputes: [{ ...dispute, status: 'won' }] }],
  ['disputed', reported],
  ['held', { ...reported, problemSettledAt: new Date('2026-11-29T14:00:00Z') }],
  ['disputed', { ...reported, problemSettledAt: new Date('2026-11-29T12:30:00Z') }],
])('When a sale is %s, then its seller is told so: %j', (state, changes) => {
  expect(saleStateOf(Object.assign({}, sale, changes))).toBe(state);
});
