import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { released, unmarked } from '../commands/mark-kept-tickets.ts';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
  await orders.ordered({ status: 'complete' });
  await orders.ordered({ status: 'cancelled' });
});
afterAll(() => orders.system.close());

const since = new Date(0);
const unpaid = { status: { $in: ['created', 'awaiting:payment'] } };

test.each([
  ['changedAt_1', { changedAt: { $gte: since, $lte: new Date() } }, { changedAt: 1 }],
  ['unpaid_by_deadline', unpaid, { expiresAt: 1 }],
  ['one_unpaid_order_per_slot', { userId: { $in: ['a', 'b'] }, ...unpaid, slot: { $exists: true } }, {}],
] as const)('When the watchdog reads orders, then it reads them by the index %s', async (index, filter, sort) => {
  const plan = await orders.system.collection('orders').find(filter, { sort }).limit(10).explain('queryPlanner');
  const winning = JSON.stringify(plan['queryPlanner'].winningPlan);
  expect(winning).toContain(`"indexName":"${index}"`);
  expect(winning).not.toContain('"stage":"SORT"');
});

test.each([
  ['live_by_keeping', unmarked],
  ['cancelled_and_kept', released],
] as const)(
  'When what others have left is searched for, then the query uses the index %s and reads nothing else',
  async (index, filter) => {
    const plan = await orders.system.collection('orders').find(filter).explain('executionStats');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain(`"indexName":"${index}"`);
    expect(plan['executionStats']).toMatchObject({ totalKeysExamined: 0, totalDocsExamined: 0 });
  },
);
