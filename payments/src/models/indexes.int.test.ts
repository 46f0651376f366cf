import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const now = new Date();

test.each([
  ['open_attempts', { 'attempt.at': { $lte: now }, moneyBack: { $exists: false } }],
  ['money_back_by_time_due', { 'moneyBack.due': { $lte: now } }],
  ['money_of_cancelled_orders', { status: 'completed', 'order.status': 'cancelled', moneyBack: { $exists: false } }],
  ['outbox.time_1', { 'outbox.time': { $lte: now } }],
])('When a worker looks for what is left to do, then by the index %s', async (index, filter) => {
  const plan = await payments.system.collection('payments').find(filter).explain('queryPlanner');
  expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain(`"indexName":"${index}"`);
});
