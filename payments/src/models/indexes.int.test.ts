import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const now = new Date();

test.each([
  ['open_attempts', { 'openAttempt.at': { $lte: now }, refundDue: { $exists: false } }],
  ['refunds_due', { 'refundDue.due': { $lte: now } }],
  ['paid_cancelled_orders', { status: 'completed', 'order.status': 'cancelled', refundDue: { $exists: false } }],
  ['outbox.time_1', { 'outbox.time': { $lte: now } }],
])('When a worker searches for work, then the query uses the index %s', async (index, filter) => {
  const plan = await payments.system.collection('payments').find(filter).explain('queryPlanner');
  expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain(`"indexName":"${index}"`);
});
