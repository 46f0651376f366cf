import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createListCache, type ListPage } from './list-cache.ts';

const setUp = () => {
  const time = { now: 0 };
  const reads: string[] = [];
  const cache = createListCache({ maxAgeMs: 1_000, now: () => time.now });
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

test('When a page is asked for several times within its time, then it is read once', async () => {
  const { time, reads, read } = setUp();
  const pages = await Promise.all([read('/a'), read('/a')]);
  time.now = 999;
  expect([...pages, await read('/a')].map(({ headers }) => headers.read)).toEqual(['1', '1', '1']);
  expect(reads).toEqual(['/a']);
});

test('When its time is up, counted from the beginning of the reading, then the page is read again', async () => {
  const { time, reads, read } = setUp();
  await read('/a');
  time.now = 1_000;
  await read('/a');
  expect(reads).toEqual(['/a', '/a']);
});

test('When pages differ, then none is taken for another', async () => {
  const { read } = setUp();
  expect((await read('/a')).body.toString()).toBe('/a');
  expect((await read('/b')).body.toString()).toBe('/b');
});

test('When this process changes something, even while a page is being read, then the next request reads anew', async () => {
  const { cache, reads, read } = setUp();
  const reading = read('/a');
  cache.clear();
  expect((await read('/a')).headers.read).toBe('2');
  expect((await reading).headers.read).toBe('1');
  await read('/a');
  expect(reads).toHaveLength(2);
});

test('When a reading fails, then its failure is not kept', async () => {
  const { cache, read } = setUp();
  await expect(cache.get('/a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect((await read('/a')).body.toString()).toBe('/a');
});

test('When a reading fails after its page was read anew, then the new page is kept', async () => {
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

test('When a page is too old, then the next reading of any page lets go of it, and of no younger one', async () => {
  const { time, read } = setUp();
  const old = await weakly(read('/old'));
  time.now = 1;
  const young = await weakly(read('/young'));
  time.now = 1_000;
  await read('/new');
  await collectGarbage();
  expect([old.deref() === undefined, young.deref() === undefined]).toEqual([true, false]);
});

test('When very many different pages are asked for, then only the oldest makes room for the next', async () => {
  const { reads, read } = setUp();
  for (let page = 0; page < 201; page += 1) await read(`/${page}`);
  await read('/1');
  expect(reads).toHaveLength(201);
  await read('/0');
  expect(reads).toHaveLength(202);
});
