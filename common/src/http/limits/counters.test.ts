import { expect, test } from '@jest/globals';
import { createMemoryCounters, leaseMs } from './counters.ts';

const open = (maxEntries = 10) => {
  const clock = { now: 1_000 };
  return { clock, counters: createMemoryCounters({ maxEntries, now: () => clock.now }) };
};
const counter = (key: string) => ({ key, limit: 2, seconds: 60 });

test('When a limit is exceeded, then the rest of the window is returned; the next window begins empty', async () => {
  const { clock, counters } = open();
  expect([await counters.count(counter('a')), await counters.count(counter('a'))]).toEqual([0, 0]);
  clock.now += 20_000;
  expect(await counters.count(counter('a'))).toBe(40_000);
  clock.now += 40_000;
  expect(await counters.count(counter('a'))).toBe(0);
});

test('When there are more counters than may be kept, then the one that was not used for longest is forgotten', async () => {
  const { counters } = open(2);
  for (const key of ['a', 'a', 'b', 'a', 'c']) await counters.count(counter(key));
  expect(await counters.count(counter('a'))).toBeGreaterThan(0);
  for (const key of ['b', 'c', 'a']) expect([key, await counters.count(counter(key))]).toEqual([key, 0]);
});

test('When requests that still run may take the places that are left, then another one waits, until they fail or are lost', async () => {
  const { clock, counters } = open();
  expect(await counters.reserve(counter('a'), 'one')).toBe(0);
  expect(await counters.reserve(counter('a'), 'two')).toBe(0);
  expect(await counters.reserve(counter('a'), 'three')).toBe('busy');
  await counters.settle(counter('a'), 'one', false);
  expect(await counters.reserve(counter('a'), 'three')).toBe(0);
  expect(await counters.reserve(counter('a'), 'four')).toBe('busy');
  clock.now += leaseMs;
  expect(await counters.reserve(counter('a'), 'four')).toBe(0);
  await counters.settle(counter('a'), 'four', true);
  await counters.settle(counter('a'), 'three', true);
  expect(await counters.reserve(counter('a'), 'five')).toBe(60_000 - leaseMs);
});
