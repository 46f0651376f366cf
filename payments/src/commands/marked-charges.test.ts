import { expect, test } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { newOrder } from '@ticketing/common/events/testing';
import { setImmediate as turn } from 'node:timers/promises';
import type { ChargeContext } from './charge-context.ts';
import { workOff } from './marked-charges.ts';

const logger = createLogger({ service: 'payments', level: 'silent' });

const newTask = (): ChargeContext => ({
  charge: {
    _id: 'o',
    order: newOrder(),
    status: 'created',
    version: 0,
    declines: 0,
    amount: 1,
    currency: 'usd',
    createdAt: new Date(),
    lastAttemptNumber: 0,
  },
  trace: { correlationId: 'c', traceId: 't' },
  deadline: 0,
});

const setUp = (tasks: number, work: (number: number) => unknown = () => undefined) => {
  const closing = new AbortController();
  const state = { taken: 0, running: 0, most: 0, done: 0 };
  const take = async () => {
    await turn();
    if (state.taken === tasks) return null;
    state.taken += 1;
    return newTask();
  };
  const perform = async () => {
    const number = state.taken;
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    await turn();
    try {
      await work(number);
      state.done += 1;
    } finally {
      state.running -= 1;
    }
  };
  const run = (from = take) => workOff({ logger, signal: closing.signal }, from, perform);
  return { state, closing, take, run };
};

test('When tasks are due, then eight are worked on at a time', async () => {
  const { state, run } = setUp(30);
  await run();
  expect(state).toEqual({ taken: 30, running: 0, most: 8, done: 30 });
});

test('When a task fails, then the others are done, and the pass ends with the last of them', async () => {
  const { state, run } = setUp(30, (number) => {
    if (number % 3 === 0) throw new Error('cannot be done');
  });
  await run();
  expect(state).toMatchObject({ taken: 30, running: 0 });
  expect(state.done).toBeGreaterThan(0);
});

test('When a task cannot be taken up, then the pass fails once no task is running', async () => {
  const { state, take, run } = setUp(1_000);
  await expect(
    run(async () => {
      if (state.taken >= 20) throw new Error('cannot be read');
      return take();
    }),
  ).rejects.toThrow('cannot be read');
  expect(state).toMatchObject({ running: 0, done: state.taken });
  expect(state.taken).toBeLessThan(40);
});

test('When more is due, then the pass ends after 200 tasks, and sooner when the service stops', async () => {
  const first = setUp(1_000);
  await first.run();
  expect(first.state).toMatchObject({ taken: 200, done: 200 });
  const second = setUp(1_000, () => second.closing.abort());
  await second.run();
  expect(second.state.taken).toBeLessThanOrEqual(16);
  expect(second.state.done).toBe(second.state.taken);
});
