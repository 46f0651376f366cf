import { expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { createFairQueue } from './fair-queue.ts';

const limits = { concurrency: 2, maxWaiting: 3, maxWaitingOfOwner: 2, maxWaitingBytes: 100 };

/** A queue, and what has started in it, each until `end` is called for it. */
const open = (changes: Partial<typeof limits> = {}) => {
  const queue = createFairQueue({ ...limits, ...changes });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, bytes = 1) => {
    const task = queue.run({ owner: name.charAt(0), bytes }, async () => {
      started.push(name);
      const { promise, resolve } = Promise.withResolvers<string>();
      ends.set(name, () => resolve(name));
      return promise;
    });
    task.catch(() => undefined);
    return task;
  };
  return { queue, started, add, end: (name: string) => ends.get(name)?.() };
};
const full = { statusCode: 503 };

test('When more tasks come than may run, then the rest starts in the order in which it came, one for each that ends', async () => {
  const { started, add, end } = open();
  const tasks = ['a1', 'b1', 'c1', 'd1'].map((name) => add(name));
  await turn();
  expect(started).toEqual(['a1', 'b1']);
  end('b1');
  await tasks[1];
  await turn();
  expect(started).toEqual(['a1', 'b1', 'c1']);
  end('a1');
  await tasks[0];
  await turn();
  expect(started).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('When an owner has several tasks, then they run one after the other, and those of others go before', async () => {
  const { started, add, end } = open();
  const tasks = ['a1', 'a2', 'b1'].map((name) => add(name));
  await turn();
  expect(started).toEqual(['a1', 'b1']);
  end('a1');
  await tasks[0];
  await turn();
  expect(started).toEqual(['a1', 'b1', 'a2']);
});

test.each([
  ['as many wait as may', ['c1', 'd1', 'e1'], 'f1'],
  ['as many of one owner wait as may', ['a2', 'a3'], 'a4'],
])('When %s, then another is refused, and accepted once one of them has started', async (_, waiting, next) => {
  const { queue, started, add, end } = open();
  const [first] = ['a1', 'b1', ...waiting].map((name) => add(name));
  await turn();
  await expect(add(next)).rejects.toMatchObject(full);
  end('a1');
  await first;
  await turn();
  expect(started.at(-1)).toBe(waiting[0]);
  void add(next);
  expect(queue.taken()).toBe(waiting.length / limits.maxWaiting);
});

test('When too many bytes wait, then a further task is refused, and a small one accepted', async () => {
  const { queue, add } = open();
  for (const name of ['a1', 'b1']) void add(name, 50);
  await turn();
  void add('c1', 60);
  await expect(add('d1', 41)).rejects.toMatchObject(full);
  void add('d1', 40);
  expect(queue.taken()).toBe(1);
});
