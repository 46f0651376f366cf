import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { DeliveryQueue } from './delivery-queue.ts';

const item = (name: string, log: string[] = []) => ({
  name,
  size: 1,
  nak: (delayMs: number) => log.push(`nak ${name} ${delayMs}`),
  working: () => log.push(`working ${name}`),
});
type Item = ReturnType<typeof item>;

const open = (
  options: {
    readonly maxBatch?: number;
    readonly concurrency?: number;
    readonly lingerMs?: number;
    readonly keepAliveMs?: number;
    readonly batchTimeoutMs?: number;
    readonly onTimeout?: () => void;
  },
  handle: (items: readonly Item[]) => Promise<void>,
) =>
  new DeliveryQueue<Item>({
    maxBatch: 100,
    concurrency: 1,
    keepAliveMs: 60_000,
    onTimeout: () => undefined,
    ...options,
    handle,
  });

const names = (items: readonly Item[]): string[] => items.map(({ name }) => name);
const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
};

/** The broker hears nothing for several times the interval of in-progress signals, which is 5 ms. */
const expectSilence = async (log: readonly string[]): Promise<void> => {
  const signals = log.length;
  const end = performance.now() + 20;
  while (performance.now() < end) await setImmediate();
  expect(log).toHaveLength(signals);
};

test('When several arrive in one turn of the event loop, then they are one batch', async () => {
  const batches: string[][] = [];
  const queue = open({}, async (items) => void batches.push(names(items)));
  for (const name of ['a', 'b', 'c']) queue.push(item(name));
  await turns();
  queue.push(item('d'));
  await turns();
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  await queue.close();
});

test('When more wait than fit into a batch, then the limits of batch size and concurrency are kept', async () => {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const queue = open({ maxBatch: 2, concurrency: 2 }, (items) => {
    batches.push(names(items));
    return new Promise((resolve) => gates.push(resolve));
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) queue.push(item(name));
  await turns();
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  gates.shift()?.();
  await turns();
  expect(batches).toHaveLength(3);
  expect(batches[2]).toEqual(['e']);
  for (const open of gates) open();
  await queue.close();
});

test('When batches linger, then one has what has arrived within the time, and a full one does not wait', async () => {
  const batches: string[][] = [];
  const handled = Promise.withResolvers<void>();
  const queue = open({ lingerMs: 1_000, maxBatch: 3 }, async (items) => {
    batches.push(names(items));
    if (batches.length === 2) handled.resolve();
  });
  queue.push(item('a'));
  await turns();
  queue.push(item('b'));
  await turns();
  expect(batches).toEqual([]);
  queue.push(item('c'));
  queue.push(item('d'));
  await turns();
  expect(batches).toEqual([['a', 'b', 'c']]);
  await handled.promise;
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  await queue.close();
});

test('When a queue with a lingering batch is closed, then its messages are returned and nothing is handled', async () => {
  const log: string[] = [];
  const batches: string[][] = [];
  const queue = open({ lingerMs: 1 }, async (items) => void batches.push(names(items)));
  queue.push(item('a', log));
  await queue.close();
  await expectSilence(log);
  expect([log, batches]).toEqual([['nak a 0'], []]);
});

test('When a handler throws, then the queue continues', async () => {
  const handled: string[] = [];
  const queue = open({ maxBatch: 1 }, async (items) => {
    handled.push(...names(items));
    throw new Error('crashed');
  });
  queue.push(item('a'));
  queue.push(item('b'));
  await turns(10);
  expect(handled).toEqual(['a', 'b']);
  await queue.close();
});

test('When the queue closes, then it returns waiting messages and resolves after those being handled', async () => {
  const log: string[] = [];
  const work = Promise.withResolvers<void>();
  const queue = open({ maxBatch: 1 }, () => work.promise);
  queue.push(item('in work', log));
  queue.push(item('waiting', log));
  await turns();
  const closing = queue.close().then(() => log.push('closed'));
  queue.push(item('late', log));
  await turns();
  expect(log).toEqual(['nak waiting 0', 'nak late 0']);
  work.resolve();
  await closing;
  expect(log.at(-1)).toBe('closed');
});

test('When waiting messages are returned, then those being handled continue and later ones are accepted', async () => {
  const log: string[] = [];
  const handled: string[] = [];
  const work = Promise.withResolvers<void>();
  const queue = open({ maxBatch: 1 }, async (items) => {
    handled.push(...names(items));
    await work.promise;
  });
  queue.push(item('in work', log));
  queue.push(item('waiting', log));
  await turns();
  queue.returnWaiting(500);
  expect(log).toEqual(['nak waiting 500']);
  queue.push(item('later', log));
  work.resolve();
  await turns(10);
  expect(handled).toEqual(['in work', 'later']);
  await queue.close();
});

test('When messages wait or are being handled, then the broker gets in-progress signals until they are done', async () => {
  const log: string[] = [];
  const work = Promise.withResolvers<void>();
  const queue = open({ maxBatch: 1, keepAliveMs: 5 }, () => work.promise);
  queue.push(item('in work', log));
  queue.push(item('waiting', log));
  while (!(log.includes('working in work') && log.includes('working waiting'))) await setImmediate();
  work.resolve();
  await queue.idle();
  await turns();
  await expectSilence(log);
  await queue.close();
});

test('When a batch does not end, then it times out, the others continue, and the broker hears no more of its messages', async () => {
  const log: string[] = [];
  const handled: string[] = [];
  let timeouts = 0;
  const onTimeout = () => {
    timeouts += 1;
  };
  const queue = open({ maxBatch: 1, keepAliveMs: 5, batchTimeoutMs: 50, onTimeout }, (items) => {
    handled.push(...names(items));
    return handled.length === 1 ? new Promise(() => undefined) : Promise.resolve();
  });
  queue.push(item('endless', log));
  queue.push(item('next', log));
  while (handled.length < 2) await setImmediate();
  expect({ handled, timeouts }).toEqual({ handled: ['endless', 'next'], timeouts: 1 });
  expect(log).toContain('working endless');
  await queue.idle();
  await turns();
  await expectSilence(log);
  await queue.close();
});
