import { expect, test } from '@jest/globals';
import { coalesced } from './coalesced.ts';

test('When many calls come at once, then one run answers them, and those that come meanwhile get one more', async () => {
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

test('When a run fails, then its callers hear of it and the next call runs', async () => {
  let runs = 0;
  const call = coalesced(async () => {
    runs += 1;
    if (runs === 1) throw new Error('broken');
  });
  await expect(call()).rejects.toThrow('broken');
  await expect(call()).resolves.toBeUndefined();
  expect(runs).toBe(2);
});
