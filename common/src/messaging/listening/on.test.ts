import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from '../../events/index.ts';
import { done, later, retry } from './listener.ts';
import { on, onEach, type Outcome, type Received } from './on.ts';

const counted = defineEvent('ticket.counted', z.object({ n: z.number() }));

const event = (n: number) => ({
  id: `event-${n}`,
  type: 'ticket.counted',
  schemaVersion: 1,
  time: '2026-01-01T00:00:00.000Z',
  aggregate: { type: 'ticket', id: 'a', version: 0 },
  correlationId: 'c',
  traceId: 't',
  data: { n },
});
const received = (n: number): Received<{ n: number }> => ({
  state: { n },
  time: new Date('2026-01-01T00:00:00.000Z'),
  trace: { correlationId: 'c', traceId: 't' },
});
const outcomes: readonly Outcome[] = ['done', { retryAfterMs: 150 }, { failed: 'ticket unknown' }];
const verdicts = [done, later(150), retry('ticket unknown')];

test('When a command returns nothing, then it had every event of the batch and all are done', async () => {
  const calls: unknown[] = [];
  const subscription = on(counted, async (events) => {
    calls.push(events);
  });
  expect(subscription).toMatchObject({ subject: 'ticket.counted', maxBatch: 100, concurrency: 1 });
  expect(await subscription.handle([event(1), event(2)])).toEqual([done, done]);
  expect(calls).toEqual([[received(1), received(2)]]);
});

test('When a command returns outcomes, then each event gets the verdict of its own', async () => {
  const subscription = on(counted, async () => outcomes);
  expect(await subscription.handle([event(1), event(2), event(3)])).toEqual(verdicts);
});

test('When a command returns too few outcomes, then the remaining events are retried', async () => {
  const subscription = on(counted, async () => ['done']);
  expect(await subscription.handle([event(1), event(2)])).toEqual([done, retry('the listener gave no verdict')]);
});

test('When a command handles each event on its own, then it has one event per call', async () => {
  const subscription = onEach(counted, async ({ state }) => outcomes[state.n]);
  expect(subscription).toMatchObject({ subject: 'ticket.counted', maxBatch: 1, concurrency: 16 });
  expect(await subscription.handle([event(2)])).toEqual([retry('ticket unknown')]);
  expect(await subscription.handle([event(9)])).toEqual([done]);
});
