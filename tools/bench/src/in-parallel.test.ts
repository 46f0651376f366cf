import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { inParallel } from './in-parallel.ts';

test('When work runs in parallel, then each call happens once, and at most `concurrency` at a time', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  const seconds = await inParallel(20, 4, async (index) => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    done.push(index);
  });
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(4);
  expect(seconds).toBeGreaterThan(0);
});

test('When a call fails, then the run fails', async () => {
  await expect(
    inParallel(3, 2, async (index) => {
      await setImmediate();
      if (index === 1) throw new Error('no order');
    }),
  ).rejects.toThrow('no order');
});
