import { expect, test } from '@jest/globals';
import { Batcher } from './batcher.ts';
import { createLoader } from './loader.ts';

const doubled = (items: readonly number[]) =>
  items.map((value) => ({ status: 'fulfilled' as const, value: value * 2 }));

test('When calls come together, then they share one round trip and each gets its own result', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new Batcher<number, number>((items) => {
    batches.push(items);
    return Promise.resolve(doubled(items));
  });
  expect(await Promise.all([1, 2, 3].map((item) => batcher.call(item)))).toEqual([2, 4, 6]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('When a call comes alone, then it does not wait', async () => {
  const batcher = new Batcher<number, number>((items) => Promise.resolve(doubled(items)));
  expect(await batcher.call(1)).toBe(2);
  expect(await batcher.call(2)).toBe(4);
});

test('When the maximum number of batches is running, then later calls are gathered until one ends', async () => {
  const batches: (readonly number[])[] = [];
  const releases: (() => void)[] = [];
  const batcher = new Batcher<number, number>(
    async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => releases.push(resolve));
      return doubled(items);
    },
    { inFlight: 1, maxBatch: 2 },
  );
  const first = batcher.call(1);
  const later = [2, 3, 4].map((item) => batcher.call(item));
  const all = Promise.all([first, ...later]);
  const settled = all.then(() => true);
  while (!(await Promise.race([settled, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]))) {
    releases.shift()?.();
  }
  expect(await all).toEqual([2, 4, 6, 8]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('When one item of a batch is refused, then only its call fails', async () => {
  const batcher = new Batcher<number, number>((items) =>
    Promise.resolve(
      items.map((value) =>
        value === 2 ? { status: 'rejected', reason: new Error('refused') } : { status: 'fulfilled', value },
      ),
    ),
  );
  const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.call(item)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('When a whole batch fails, then each of its calls fails, and the next batch still runs', async () => {
  let away = true;
  const batcher = new Batcher<number, number>((items) =>
    away ? Promise.reject(new Error('away')) : Promise.resolve(doubled(items)),
  );
  const results = await Promise.allSettled([1, 2].map((item) => batcher.call(item)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  away = false;
  expect(await batcher.call(4)).toBe(8);
});

test('When documents are looked up together, then they are found by one query, each id once, and a missing one is null', async () => {
  const queries: string[][] = [];
  const load = createLoader((ids) => {
    queries.push(ids);
    return Promise.resolve(ids.filter((id) => id !== 'missing').map((_id) => ({ _id })));
  });
  expect(await Promise.all([load('a'), load('missing'), load('b'), load('a')])).toEqual([
    { _id: 'a' },
    null,
    { _id: 'b' },
    { _id: 'a' },
  ]);
  expect(queries).toEqual([['a', 'missing', 'b']]);
});

test('When batches are delayed, then calls of that time share one round trip', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new Batcher<number, number>(
    (items) => {
      batches.push(items);
      return Promise.resolve(doubled(items));
    },
    { delayMs: 1_000 },
  );
  const first = batcher.call(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches).toEqual([]);
  expect(await Promise.all([first, batcher.call(2)])).toEqual([2, 4]);
  expect(batches).toEqual([[1, 2]]);
});
