import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHarness, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;

beforeAll(async () => {
  auth = await openHarness();
});
afterAll(() => auth.system.close());

const since = { $gte: new Date(0) };

test.each([
  ['users', 'changedAt_1', { changedAt: since }, { changedAt: 1 }],
  ['users', 'one_account_per_email', { email: { $in: ['ann@example.com', 'Ann@example.com'] } }, {}],
  ['users', 'pending_mail', { 'mail.at': { $exists: true } }, { 'mail.at': 1 }],
  ['sessions', 'changedAt_1', { changedAt: since }, { changedAt: 1 }],
  ['sessions', 'userId_1_startedAt_-1', { userId: { $in: ['a', 'b'] } }, {}],
  ['mail-jobs', 'waiting_by_due_time', { dueAt: { $exists: true } }, { dueAt: 1 }],
] as const)('When the watchdog reads %s, then it reads them by the index %s', async (name, index, filter, sort) => {
  const plan = await auth.system.collection(name).find(filter, { sort }).limit(10).explain('queryPlanner');
  const winning = JSON.stringify(plan['queryPlanner'].winningPlan);
  expect(winning).toContain(`"indexName":"${index}"`);
  expect(winning).not.toContain('"stage":"SORT"');
});
