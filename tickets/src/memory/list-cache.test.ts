import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createListCache, type ListPage } from './list-cache.ts';

const setUp = (options: { readonly maxBytes?: number } = {}) => {
  const time = { now: 5_000 };
  const reads: string[] = [];
  const cache = createListCache({ maxAgeMs: 1_000, now: () => time.now, ...options });
  const read = (key: string) =>
    cache.get(key, () => {
      reads.push(key);
      return Promise.resolve<ListPage>({ headers: { read: String(reads.length) }, body: Buffer.from(key) });
    });
  return { time, reads, cache, read };
};

const weakly = async (page: Promise<ListPage>) => new WeakRef(await page);

const collectGarbage = async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await setImmediate();
  collect();
};

test('When a page is requested several times before it expires, then it is read once', async () => {
  const { time, reads, read } = setUp();
  const pages = await Promise.all([read('/a'), read('/a')]);
  time.now += 1_000;
  expect([...pages, await read('/a')].map(({ headers }) => headers.read)).toEqual(['1', '1', '1']);
  expect(reads).toEqual(['/a']);
});

test('When a page is older than the maximum, counted from the start of its read, then it is read again', async () => {
  const { time, reads, read } = setUp();
  await read('/a');
  time.now += 1_001;
  await read('/a');
  expect(reads).toEqual(['/a', '/a']);
});

test('When two pages have different keys, then each request gets its own page', async () => {
  const { read } = setUp();
  expect((await read('/a')).body.toString()).toBe('/a');
  expect((await read('/b')).body.toString()).toBe('/b');
});

test('When the cache is cleared, even during a read, then the next request reads again', async () => {
  const { cache, reads, read } = setUp();
  const reading = read('/a');
  cache.clear();
  expect((await read('/a')).headers.read).toBe('2');
  expect((await reading).headers.read).toBe('1');
  await read('/a');
  expect(reads).toHaveLength(2);
});

test('When a read fails, then its failure is not cached', async () => {
  const { cache, read } = setUp();
  await expect(cache.get('/a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect((await read('/a')).body.toString()).toBe('/a');
});

test('When a read fails after the cache was cleared and the page read again, then the newer page stays cached', async () => {
  const { cache, reads, read } = setUp();
  const failing = Promise.withResolvers<ListPage>();
  const first = cache.get('/a', () => failing.promise);
  cache.clear();
  await read('/a');
  failing.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await read('/a');
  expect(reads).toEqual(['/a']);
});

test('When a page has expired, then the next read of any page frees its memory, and no younger page is removed', async () => {
  const { time, read } = setUp();
  const old = await weakly(read('/old'));
  time.now += 1;
  const young = await weakly(read('/young'));
  time.now += 1_000;
  await read('/new');
  await collectGarbage();
  expect([old.deref() === undefined, young.deref() === undefined]).toEqual([true, false]);
});

test('When the cache is full, then the next page replaces only those that were not used for longest', async () => {
  const { cache, reads, read } = setUp({ maxBytes: 10 * 9_100 });
  const readLarge = (key: string) =>
    cache.get(key, () => {
      reads.push(key);
      return Promise.resolve<ListPage>({ headers: {}, body: Buffer.alloc(8_000) });
    });
  for (let page = 0; page < 11; page += 1) await readLarge(`/${page}`);
  await readLarge('/1');
  expect(reads).toHaveLength(11);
  await readLarge('/0');
  expect(reads).toHaveLength(12);
  await read('/small');
  await readLarge('/10');
  expect(reads).toHaveLength(13);
});

test('When many pages of the largest size are read, then the memory that they take stays bounded', async () => {
  const { cache } = setUp();
  const kept: WeakRef<ListPage>[] = [];
  for (let page = 0; page < 200; page += 1) {
    const body = Buffer.alloc(400_000);
    kept.push(await weakly(cache.get(`/${page}`, () => Promise.resolve<ListPage>({ headers: {}, body }))));
  }
  await collectGarbage();
  expect(kept.filter((page) => page.deref() !== undefined).length * 400_000).toBeLessThan(17 * 1024 * 1024);
});

test('When a page is larger than the cache, then it is sent and not kept', async () => {
  const { cache, reads } = setUp({ maxBytes: 5_000 });
  const readHuge = () =>
    cache.get('/huge', () => {
      reads.push('/huge');
      return Promise.resolve<ListPage>({ headers: {}, body: Buffer.alloc(5_000) });
    });
  expect((await readHuge()).body).toHaveLength(5_000);
  await readHuge();
  expect(reads).toHaveLength(2);
});

test('When a read takes longer than the maximum age, then a later request reads again', async () => {
  const { time, cache, read } = setUp();
  const slow = Promise.withResolvers<ListPage>();
  const first = cache.get('/a', () => slow.promise);
  time.now += 1_001;
  expect((await read('/a')).headers.read).toBe('1');
  slow.resolve({ headers: { read: 'old' }, body: Buffer.alloc(0) });
  expect((await first).headers.read).toBe('old');
  expect((await read('/a')).headers.read).toBe('1');
});

test('When a read took long, then the age of its page counts from its start', async () => {
  const { time, cache, reads, read } = setUp();
  const slow = Promise.withResolvers<ListPage>();
  const first = cache.get('/a', () => slow.promise);
  time.now += 600;
  slow.resolve({ headers: {}, body: Buffer.alloc(0) });
  await first;
  time.now += 400;
  await read('/a');
  expect(reads).toEqual([]);
  time.now += 1;
  await read('/a');
  expect(reads).toEqual(['/a']);
});
