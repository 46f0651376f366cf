import { expect, test } from '@jest/globals';
import { createMemoryCounters } from './counters.ts';
import { createRefusalDelay, rememberRefusals } from './refusals.ts';

const counter = { key: 'a', limit: 2, seconds: 60 };

const open = () => {
  const clock = { now: 1_000 };
  const asked: string[] = [];
  const now = () => clock.now;
  const memory = createMemoryCounters({ maxEntries: 10, now });
  const redis = { isShared: true };
  const counters = rememberRefusals(
    {
      ...memory,
      isShared: () => redis.isShared,
      count: (given) => {
        asked.push('count');
        return memory.count(given);
      },
      reserve: (given, lease) => {
        asked.push('reserve');
        return memory.reserve(given, lease);
      },
    },
    { maxEntries: 2, now },
  );
  return { clock, asked, counters, redis };
};

test('When a limit is exceeded, then nothing is counted until the window ends', async () => {
  const { clock, asked, counters } = open();
  expect(counters.refusedFor(counter)).toBe(0);
  for (const refused of [0, 0, 60_000, 60_000]) expect(await counters.count(counter)).toBe(refused);
  clock.now += 59_000;
  expect(await counters.reserve(counter, 'lease')).toBe(1_000);
  expect(counters.refusedFor(counter)).toBe(1_000);
  expect(asked).toHaveLength(3);
  clock.now += 1_000;
  expect(counters.refusedFor(counter)).toBe(0);
  expect(await counters.count(counter)).toBe(0);
});

test('When this process counted alone, then a refusal is remembered only until Redis is tried again', async () => {
  const { clock, asked, counters, redis } = open();
  redis.isShared = false;
  for (const refused of [0, 0, 60_000, 60_000]) expect(await counters.count(counter)).toBe(refused);
  expect(asked).toHaveLength(3);
  clock.now += 999;
  expect(counters.refusedFor(counter)).toBe(59_001);
  clock.now += 1;
  expect(counters.refusedFor(counter)).toBe(0);
  redis.isShared = true;
  expect(await counters.count(counter)).toBe(59_000);
  expect(asked).toHaveLength(4);
});

test('When Redis returns while a request is counted, then its refusal is not taken for one of Redis', async () => {
  const { clock, counters, redis } = open();
  redis.isShared = false;
  await Promise.all([counters.count(counter), counters.count(counter)]);
  const refused = counters.count(counter);
  redis.isShared = true;
  expect(await refused).toBe(60_000);
  clock.now += 1_000;
  expect(counters.refusedFor(counter)).toBe(0);
});

test('When places are taken by requests that still run, then that is not remembered', async () => {
  const { counters } = open();
  for (const lease of ['one', 'two']) await counters.reserve(counter, lease);
  expect(await counters.reserve(counter, 'three')).toBe('busy');
  expect(counters.refusedFor(counter)).toBe(0);
  await counters.settle(counter, 'one', false);
  expect(await counters.reserve(counter, 'three')).toBe(0);
});

test('When more limits are exceeded than may be remembered, then the oldest is counted again', async () => {
  const { asked, counters } = open();
  for (const key of ['a', 'b', 'c'])
    for (let times = 0; times < 3; times += 1) await counters.count({ ...counter, key });
  asked.splice(0);
  expect(await counters.count({ ...counter, key: 'c' })).toBeGreaterThan(0);
  expect(asked).toEqual([]);
  expect(await counters.count({ ...counter, key: 'a' })).toBeGreaterThan(0);
  expect(asked).toEqual(['count']);
});

test('When more refusals are sent than may wait, then the others do not wait', async () => {
  const delayRefusal = createRefusalDelay({ milliseconds: 20, maxWaiting: 2 });
  const ended: number[] = [];
  const start = (index: number) => delayRefusal().then(() => ended.push(index));
  await Promise.all([0, 1, 2].map(start));
  expect(ended).toEqual([2, 0, 1]);
  await Promise.all([3].map(start));
  expect(ended).toEqual([2, 0, 1, 3]);
});
