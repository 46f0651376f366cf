import { expect, test } from '@jest/globals';
import { parseCharge, parsePayment } from './payment.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const trace = { correlationId: 'c', traceId: 't' };
const copy = { _id: 'order', order: { userId: 'buyer', status: 'cancelled', expiresAt: now.toISOString() } };
const created = {
  ...copy,
  version: 0,
  status: 'created',
  declines: 0,
  lastAttemptNumber: 1,
  amount: 1999,
  currency: 'usd',
  createdAt: now,
};
const openAttempt = { number: 1, token: 'hash', at: now, ...trace };
const refundDue = { due: now, ...trace };
const completed = { ...created, status: 'completed', stripeId: 'pi_1' };
const refunded = { ...completed, status: 'refunded', stripeRefundId: 're_1' };

test.each([
  ['an order without a charge', copy],
  ['a charge without an attempt', created],
  ['an open attempt', { ...created, openAttempt, stripeId: 'pi_1' }],
  ['an open attempt of a cancelled order', { ...created, openAttempt, refundDue }],
  ['a completed charge', completed],
  ['a completed charge of a cancelled order', { ...completed, refundDue }],
  ['a failed charge without a PaymentIntent', { ...created, status: 'failed' }],
  ['a charge completed by an earlier release after it was closed', { ...completed, closedAt: now, refundDue }],
  ['a failed charge of which nothing is to be refunded', { ...created, status: 'failed', closedAt: now }],
  ['a closing order with an open attempt', { ...created, openAttempt, closingDue: refundDue }],
  ['a refunded charge', refunded],
  [
    'a reason of the next version',
    { ...copy, order: { ...copy.order, reason: 'event_moved', closing: 'event_moved' } },
  ],
])('When a document holds %s, then it is that payment', (_what, document) => {
  expect(parsePayment(document)).toMatchObject(document);
});

test.each([
  ['no copy of the order', { ...created, order: undefined }],
  ['an open attempt without a charge', { ...copy, openAttempt }],
  ['a refund due without a charge', { ...copy, refundDue }],
  ['a closing mark without a charge', { ...copy, closingDue: refundDue }],
  ['an open attempt after the close', { ...created, openAttempt, closedAt: now }],
  ['a charge without an amount', { ...created, amount: undefined }],
  ['a charge without a count of declines', { ...created, declines: undefined }],
  ['a completed charge without a PaymentIntent', { ...completed, stripeId: undefined }],
  ['a completed charge with an open attempt', { ...completed, openAttempt }],
  ['a failed charge with an open attempt', { ...created, status: 'failed', openAttempt }],
  ['a refunded charge without a PaymentIntent', { ...refunded, stripeId: undefined }],
  ['a refunded charge with a closing mark', { ...refunded, closingDue: refundDue }],
  ['an unknown status', { ...created, status: 'paid' }],
])('When a document holds %s, then reading it throws', (_what, document) => {
  expect(() => parsePayment(document)).toThrow('The payment of order order is in an impossible state');
});

test('When a charge is expected and there is none, then reading it throws', () => {
  expect(() => parseCharge(copy)).toThrow('Order order has no charge');
});
