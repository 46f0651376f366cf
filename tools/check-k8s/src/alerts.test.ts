import { expect, test } from '@jest/globals';
import { cannotFire, runbookProblems } from './alerts.ts';

test.each([
  ['count by (app) (up{app=~"auth|orders"} == 1) < 1 or absent(up{app="orders"})', true],
  ['count(up{app=~"a(b)"} == 1) by (app) == 0', true],
  ['count without (pod) (max by (app) (rate(x_total[5m])) > 1) <= 0', true],
  ['count by (app) (up == 1) < 10', false],
  ['count by (app) (up == 0) > 0', false],
  ['sum by (app) (up{app=~"auth|orders"}) < 1 or absent(up{app="orders"})', false],
  ['sum(rate(http_request_duration_seconds_count[5m])) < 1', false],
])('When an alert has the expression %s, then it cannot fire: %j', (expr, expected) => {
  expect(cannotFire(expr)).toBe(expected);
});

const runbook = `## Slow
*Page.* Responses are slow.

**Cause:** \`slow_total\`, and the log line \`it is slow\`.

1. \`kubectl scale deployment/shop --replicas=2\``;

const problemsOf = (markdown: string): string[] =>
  runbookProblems(markdown, new Map([['Slow', 'page']]), "'slow_total' 'it is slow'", 'metadata: { name: shop }');

test('When a runbook begins with meaning and cause, and names what exists, then nothing is wrong with it', () => {
  expect(problemsOf(runbook)).toEqual([]);
});

test.each([
  ['*Page.*', '*Ticket.*', 'the runbook Slow does not begin with *page.*'],
  ['**Cause:**', 'Cause:', 'the runbook Slow does not say next, after **Cause:**, where the cause is seen'],
  ['it is slow', 'it was slow', 'the runbooks name a log line that no process writes: it was slow'],
  ['slow_total', 'slower_total', 'the runbooks name the metric slower_total, which no process exports'],
  ['deployment/shop', 'deployment/shops', 'the runbooks name shops, which no manifest has'],
])('When a runbook has %s replaced by %s, then the check says so', (before, after, problem) => {
  expect(problemsOf(runbook.replace(before, after))).toEqual([problem]);
});
