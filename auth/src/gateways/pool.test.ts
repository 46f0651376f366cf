import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createPool } from './pool.ts';

/** A task that runs until the test ends it. */
const task = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { started: false };
  return {
    state,
    end: resolve,
    fail: reject,
    run: () => {
      state.started = true;
      return promise;
    },
  };
};

const open = () => createPool({ concurrency: 2, maxWaiting: 1, refuse: () => new Error('full') });

test('When more tasks arrive than may run at once, then the rest waits for its turn', async () => {
  const pool = open();
  const [first, second, third] = [task(), task(), task()];
  const results = [first, second, third].map(({ run }) => pool(run));
  await setImmediate();
  expect([first.state.started, second.state.started, third.state.started]).toEqual([true, true, false]);
  second.end('b');
  await expect(results[1]).resolves.toBe('b');
  await setImmediate();
  expect(third.state.started).toBe(true);
  first.end('a');
  third.end('c');
  await expect(Promise.all(results)).resolves.toEqual(['a', 'b', 'c']);
});

test('When the maximum number of tasks waits, then the next is refused at once and the waiting ones still run', async () => {
  const pool = open();
  const tasks = [task(), task(), task()];
  const results = tasks.map(({ run }) => pool(run));
  await expect(pool(task().run)).rejects.toThrow('full');
  for (const { end } of tasks) end('done');
  await expect(Promise.all(results)).resolves.toHaveLength(3);
});

test('When a task fails, then the next one can run', async () => {
  const pool = open();
  for (let round = 0; round < 3; round += 1) {
    const failing = task();
    const result = pool(failing.run);
    failing.fail(new Error('broken'));
    await expect(result).rejects.toThrow('broken');
  }
  const next = task();
  const result = pool(next.run);
  next.end('fine');
  await expect(result).resolves.toBe('fine');
});
