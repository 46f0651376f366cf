import { expect, test } from '@jest/globals';
import { coalesced } from './coalesced.ts';

test('When several calls come at once, then they share one run, and calls during that run share the next', async () => {
  const ends: (() => void)[] = [];
  const call = coalesced(() => new Promise<void>((resolve) => ends.push(resolve)));
  const first = Promise.all([call(), call(), call()]);
  await Promise.resolve();
  expect(ends).toHaveLength(1);
  const meanwhile = Promise.all([call(), call()]);
  ends[0]?.();
  while (ends.length < 2) await Promise.resolve();
  ends[1]?.();
  await Promise.all([first, meanwhile]);
  expect(ends).toHaveLength(2);
});

test('When a run fails, then its callers get the error and the next call runs', async () => {
  let runs = 0;
  const call = coalesced(async () => {
    runs += 1;
    if (runs === 1) throw new Error('broken');
  });
  await expect(call()).rejects.toThrow('broken');
  await expect(call()).resolves.toBeUndefined();
  expect(runs).toBe(2);
});
