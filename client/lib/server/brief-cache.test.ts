import { expect, test } from '@jest/globals';
import { createBriefCache } from './brief-cache.ts';

const openCache = (keep: (value: number) => boolean = () => true, isOwn: (value: number) => boolean = () => false) => {
  let now = 1;
  let reads = 0;
  const cache = createBriefCache<number>({
    maxAgeMs: 100,
    maxBytes: 10_000,
    bytesOf: () => 3_000,
    keep,
    isOwn,
    now: () => now,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return {
    pass,
    get: (key: string, readMs = 0) =>
      cache.get(key, async () => {
        pass(readMs);
        return ++reads;
      }),
  };
};

test('When several callers ask within the time, then they share one read, and a later caller reads again', async () => {
  const cache = openCache();
  expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual([1, 1]);
  cache.pass(99);
  expect(await cache.get('a')).toBe(1);
  cache.pass(2);
  expect(await cache.get('a')).toBe(2);
});

test('When a read takes long, then the age of its value counts from the start of the read', async () => {
  const cache = openCache();
  expect(await cache.get('a', 60)).toBe(1);
  cache.pass(39);
  expect(await cache.get('a')).toBe(1);
  cache.pass(2);
  expect(await cache.get('a')).toBe(2);
});

test('When a value is not to be kept, then its callers share it and the next caller reads again', async () => {
  const cache = openCache((value) => value > 1);
  expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual([1, 1]);
  expect(await cache.get('a')).toBe(2);
  expect(await cache.get('a')).toBe(2);
});

test('When a value is that of its reader only, then the others who waited share another read', async () => {
  const cache = openCache(
    (value) => value > 1,
    (value) => value === 1,
  );
  const values = await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')]);
  expect(values).toEqual([1, 2, 2]);
  expect(await cache.get('a')).toBe(2);
});

test('When the second value is that of its reader only as well, then the others who waited read for themselves', async () => {
  const cache = openCache(
    () => false,
    (value) => value <= 2,
  );
  const values = await Promise.all([cache.get('a'), cache.get('a'), cache.get('a'), cache.get('a')]);
  expect(values).toEqual([1, 2, 3, 4]);
});

test('When a read throws, then the next caller reads again', async () => {
  const cache = createBriefCache<number>({
    maxAgeMs: 100,
    maxBytes: 10_000,
    bytesOf: () => 3_000,
    keep: () => true,
    isOwn: () => false,
    now: () => 1,
  });
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await cache.get('a', async () => 1)).toBe(1);
});

test('When the cache is full, then it drops an entry instead of growing', async () => {
  const cache = openCache();
  await cache.get('a');
  await cache.get('b');
  await cache.get('c');
  expect(await cache.get('a')).toBe(4);
});

test('When more entries are read at once than there is room for, then every caller gets its value', async () => {
  const cache = openCache();
  expect(await Promise.all([cache.get('a'), cache.get('b'), cache.get('c')])).toEqual([1, 2, 3]);
});

test('When a value is larger than the cache, then its callers get it and it is not kept', async () => {
  let reads = 0;
  const read = async () => ++reads;
  const cache = createBriefCache<number>({
    maxAgeMs: 100,
    maxBytes: 1_000,
    bytesOf: () => 2_000,
    keep: () => true,
    isOwn: () => false,
    now: () => 1,
  });
  expect(await cache.get('a', read)).toBe(1);
  expect(await cache.get('a', read)).toBe(2);
});
