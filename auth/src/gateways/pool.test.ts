import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createPool } from './pool.ts';

/** Work that runs until the test ends it. */
const work = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { begun: false };
  return {
    state,
    end: resolve,
    fail: reject,
    run: () => {
      state.begun = true;
      return promise;
    },
  };
};

const open = () => createPool({ concurrency: 2, maxWaiting: 1, refuse: () => new Error('full') });

test('When more comes than may run at once, then it waits for its turn', async () => {
  const pool = open();
  const [first, second, third] = [work(), work(), work()];
  const results = [first, second, third].map(({ run }) => pool(run));
  await setImmediate();
  expect([first.state.begun, second.state.begun, third.state.begun]).toEqual([true, true, false]);
  second.end('b');
  await expect(results[1]).resolves.toBe('b');
  await setImmediate();
  expect(third.state.begun).toBe(true);
  first.end('a');
  third.end('c');
  await expect(Promise.all(results)).resolves.toEqual(['a', 'b', 'c']);
});

test('When too many wait, then the next is refused at once and those before are not', async () => {
  const pool = open();
  const works = [work(), work(), work()];
  const results = works.map(({ run }) => pool(run));
  await expect(pool(work().run)).rejects.toThrow('full');
  for (const { end } of works) end('done');
  await expect(Promise.all(results)).resolves.toHaveLength(3);
});

test('When work fails, then its place is free again', async () => {
  const pool = open();
  for (let round = 0; round < 3; round += 1) {
    const failing = work();
    const result = pool(failing.run);
    failing.fail(new Error('broken'));
    await expect(result).rejects.toThrow('broken');
  }
  const next = work();
  const result = pool(next.run);
  next.end('fine');
  await expect(result).resolves.toBe('fine');
});
