import { expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { decidePayment } from './payment-decision.ts';
import { attemptAbandonedMs, type Attempt, type Payment } from './payment.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const at = (ms: number) => new Date(now.getTime() + ms);

const order = (changes: Partial<OrderState> = {}): OrderState => ({
  id: 'order',
  version: 1,
  userId: 'buyer',
  status: 'awaiting:payment',
  expiresAt: at(60_000).toISOString(),
  price: 1999,
  ticket: { id: 'ticket', title: 'Final', price: 1999, version: 1, revision: 0 },
  ...changes,
});

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  number: 1,
  token: 'hash',
  at: at(-1_000),
  correlationId: 'c',
  traceId: 't',
  ...changes,
});

const cases: readonly [string, Payment | null, object][] = [
  ['no document', null, { kind: 'unknown' }],
  ['no copy of the order', { _id: 'order' }, { kind: 'unknown' }],
  ["somebody else's order", { _id: 'order', order: order({ userId: 'other' }) }, { kind: 'not-owner' }],
  [
    "somebody else's paid order",
    { _id: 'order', order: order({ userId: 'other' }), status: 'completed' },
    { kind: 'not-owner' },
  ],
  ['an unconfirmed order', { _id: 'order', order: order({ status: 'created' }) }, { kind: 'unconfirmed' }],
  [
    'an unconfirmed order after its deadline',
    { _id: 'order', order: order({ status: 'created', expiresAt: at(0).toISOString() }) },
    { kind: 'expired' },
  ],
  [
    'an order after its deadline',
    { _id: 'order', order: order({ expiresAt: at(0).toISOString() }) },
    { kind: 'expired' },
  ],
  ['a payable order', { _id: 'order', order: order() }, { kind: 'first-attempt' }],
  ['a declined card', { _id: 'order', order: order(), status: 'created', attempts: 2 }, { kind: 'next-attempt' }],
  ['all attempts used up', { _id: 'order', order: order(), status: 'created', attempts: 3 }, { kind: 'given-up' }],
  ['a failed payment', { _id: 'order', order: order(), status: 'failed', attempts: 1 }, { kind: 'given-up' }],
  ['a refunded payment', { _id: 'order', order: order(), status: 'refunded' }, { kind: 'given-up' }],
  [
    'a paid order, also after its deadline',
    { _id: 'order', order: order({ expiresAt: at(-1).toISOString() }), status: 'completed' },
    { kind: 'paid' },
  ],
  ['a complete order', { _id: 'order', order: order({ status: 'complete' }), status: 'completed' }, { kind: 'paid' }],
  [
    'a cancelled order whose money is not back yet',
    { _id: 'order', order: order({ status: 'cancelled', reason: 'by_buyer' }), status: 'completed' },
    { kind: 'cancelled', reason: 'by_buyer' },
  ],
  [
    'an attempt under way',
    { _id: 'order', order: order(), status: 'created', attempts: 0, attempt: attempt() },
    { kind: 'in-flight' },
  ],
  [
    'an attempt under way past the deadline',
    {
      _id: 'order',
      order: order({ expiresAt: at(0).toISOString() }),
      status: 'created',
      attempts: 0,
      attempt: attempt(),
    },
    { kind: 'in-flight' },
  ],
  [
    'an attempt of unknown outcome',
    { _id: 'order', order: order(), status: 'created', attempts: 0, attempt: attempt({ unknown: true }) },
    { kind: 'settle-first' },
  ],
  [
    'an abandoned attempt',
    { _id: 'order', order: order(), status: 'created', attempts: 0, attempt: attempt({ at: at(-attemptAbandonedMs) }) },
    { kind: 'settle-first' },
  ],
];

test.each(cases)('When there is %s, then the request is answered by it', (_what, payment, decision) => {
  expect(decidePayment(payment, { userId: 'buyer', now, maxAttempts: 3 })).toEqual(decision);
});
