import { expect, test } from '@jest/globals';
import { createBriefCache } from './brief-cache.ts';

const opened = (keep: (value: number) => boolean = () => true) => {
  let now = 0;
  let reads = 0;
  const cache = createBriefCache<number>({ maxAgeMs: 100, maxEntries: 2, keep, now: () => now });
  return {
    get: (key: string) => cache.get(key, async () => ++reads),
    pass: (ms: number) => {
      now += ms;
    },
  };
};

test('When many ask within the time, then one reading answers all, and the next one comes after it', async () => {
  const cache = opened();
  expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual([1, 1]);
  cache.pass(99);
  expect(await cache.get('a')).toBe(1);
  cache.pass(1);
  expect(await cache.get('a')).toBe(2);
});

test('When a value is not to be kept, then the next one asks again', async () => {
  const cache = opened((value) => value > 1);
  expect(await cache.get('a')).toBe(1);
  expect(await cache.get('a')).toBe(2);
  expect(await cache.get('a')).toBe(2);
});

test('When a reading throws, then the next one asks again', async () => {
  const cache = createBriefCache<number>({ maxAgeMs: 100, maxEntries: 2, keep: () => true, now: () => 0 });
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await cache.get('a', async () => 1)).toBe(1);
});

test('When there are too many keys, then the cache starts anew instead of growing', async () => {
  const cache = opened();
  await cache.get('a');
  await cache.get('b');
  await cache.get('c');
  expect(await cache.get('a')).toBe(4);
});
