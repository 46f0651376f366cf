import { expect, test } from '@jest/globals';
import { backOffMs, deathsInARow } from './back-off.ts';

test('When a process keeps dying at once, then the waits grow from 0.1 s to 2 s and no further', () => {
  let deaths = 0;
  const waits = Array.from({ length: 8 }, () => {
    deaths = deathsInARow(deaths, 50);
    return backOffMs(deaths);
  });
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
});

test('When a process has run for 10 s before it dies, then the wait is the shortest again', () => {
  expect(backOffMs(deathsInARow(7, 9_999))).toBe(2_000);
  expect(backOffMs(deathsInARow(7, 10_000))).toBe(100);
});
