import { expect, test } from '@jest/globals';
import { nextRing } from './ring-schedule.ts';

test.each([
  [0, 2],
  [1, 4],
  [2, 8],
  [4, 32],
  [5, 60],
  [6, 60],
  [100_000, 60],
])('When a timer has rung %i times before, then it rings again after %i s', (rings, seconds) => {
  const now = new Date('2026-01-01T00:00:00Z');
  expect(nextRing(now, rings).getTime() - now.getTime()).toBe(seconds * 1000);
});
