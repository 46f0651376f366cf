import { expect, test } from '@jest/globals';
import { backOffMs, deathsInARow } from './back-off.ts';

test('When a process keeps dying right after its start, then the delays grow from 0.1 s to at most 2 s', () => {
  let deaths = 0;
  const delays = Array.from({ length: 8 }, () => {
    deaths = deathsInARow(deaths, 50);
    return backOffMs(deaths);
  });
  expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
});

test('When a process has run for 10 s before it dies, then the delay is the shortest again', () => {
  expect(backOffMs(deathsInARow(7, 9_999))).toBe(2_000);
  expect(backOffMs(deathsInARow(7, 10_000))).toBe(100);
});
