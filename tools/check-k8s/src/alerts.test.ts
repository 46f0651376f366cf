import { expect, test } from '@jest/globals';
import { cannotFire } from './alerts.ts';

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
