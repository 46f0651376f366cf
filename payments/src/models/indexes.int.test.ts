import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrder } from '@ticketing/common/events/testing';
import { newId } from '@ticketing/common/mongo';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

const now = new Date();

// Nothing is to be done for any of these.
beforeAll(async () => {
  payments = await openPayments();
  await payments.system.collection<{ _id: string }>('payments').insertMany(
    Array.from({ length: 600 }, (_, index) => {
      const isPaid = index % 2 === 0;
      return {
        _id: newId(),
        version: 2,
        status: isPaid ? 'completed' : 'refunded',
        order: newOrder({ status: isPaid ? 'complete' : 'cancelled', eventId: 'event' }),
        outbox: [],
        createdAt: now,
      };
    }),
  );
});
afterAll(() => payments.close());

test.each([
  ['open_attempts', { 'openAttempt.at': { $lte: now }, refundDue: { $exists: false }, closingDue: { $exists: false } }],
  ['actions_due', { 'openAttempt.action.due': { $lte: now }, refundDue: { $exists: false } }],
  ['closings_due', { 'closingDue.due': { $lte: now } }],
  ['refunds_due', { 'refundDue.due': { $lte: now } }],
  ['payouts_due', { 'payoutDue.due': { $lte: now } }],
  ['failing_payouts', { 'payoutDue.failing': 'transfer' }],
  ['failing_payouts', { 'order.sellerId': 's', 'payoutDue.failing': 'reversal' }],
  ['waiting_payouts', { payoutWaits: true, 'order.sellerId': { $in: ['s'] } }],
  ['waiting_entries', { 'entries.at': { $exists: true } }],
  ['by_payment_intent', { stripeId: 'pi_1' }],
  // The watchdog's.
  ['by_payment_intent', { stripeId: { $in: ['pi_1', 'pi_2'] } }],
  ['owed_to_buyers', { owed: { $gt: 0 }, refundDue: { $exists: false } }],
  ['disputes_by_status', { 'dispute.status': { $in: ['needs_response'] } }],
  ['sales_by_seller', { 'order.sellerId': 's', completedAt: { $exists: true } }],
  ['paid_orders_by_event', { status: 'completed', 'order.eventId': 'e' }],
  ['paid_orders_by_event', { status: 'completed', 'order.eventId': { $exists: false } }],
  ['paid_cancelled_orders', { status: 'completed', 'order.status': 'cancelled', refundDue: { $exists: false } }],
  ['unpublished', { 'outbox.time': { $lte: now } }],
])(
  'When a worker searches for work, then the query uses the index %s and reads nothing that is done',
  async (index, filter) => {
    const plan = await payments.system.collection('payments').find(filter).explain('executionStats');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain(`"indexName":"${index}"`);
    expect(plan['executionStats']).toMatchObject({ totalKeysExamined: 0, totalDocsExamined: 0 });
  },
);
