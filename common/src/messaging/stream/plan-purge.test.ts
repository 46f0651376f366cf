import { expect, test } from '@jest/globals';
import type { ConsumerState } from '../bus/transport.ts';
import { abandonedAfterMs, planPurge, type PurgePass } from './plan-purge.ts';

const start = new Date('2026-05-01T12:00:00.000Z');
const after = (ms: number): Date => new Date(start.getTime() + ms);
const minute = 60_000;

const consumer = (
  durable: string,
  subject: string | undefined,
  changes: Partial<ConsumerState> = {},
): ConsumerState => ({
  durable,
  subject,
  pending: 0,
  unacknowledged: 0,
  acknowledgedUpTo: 0,
  deliveredUpTo: 0,
  isPulling: true,
  ...changes,
});
const required = [
  { durable: 'tickets_order-created', subject: 'order.created' },
  { durable: 'payments_order-created', subject: 'order.created' },
];
const state = { id: 'i', created: 'c', lastSequence: 100, oldestAt: start, bytes: 10, maxBytes: 100 };
const full = { ...state, bytes: 90 };

const plan = (input: Partial<Parameters<typeof planPurge>[0]>) =>
  planPurge({ subjects: ['order.created'], required, state, consumers: [], before: undefined, now: start, ...input });

const both = (tickets: number, payments: number, changes: Partial<ConsumerState> = {}) => [
  consumer('tickets_order-created', 'order.created', { acknowledgedUpTo: tickets }),
  consumer('payments_order-created', 'order.created', { acknowledgedUpTo: payments, ...changes }),
];

test('When a pass is the first one, then it purges nothing and notes what every consumer has acknowledged', () => {
  const { purges, pass } = plan({ consumers: both(50, 70) });
  expect(purges).toEqual([]);
  expect(pass.floors).toEqual([{ subject: 'order.created', upTo: 50 }]);
});

test('When a pass follows another, then it purges what all consumers had acknowledged at the pass before', () => {
  const before = plan({ consumers: both(50, 70) }).pass;
  expect(plan({ consumers: both(90, 90), before }).purges).toEqual([{ subject: 'order.created', upTo: 50 }]);
});

test('When a consumer was made again and starts from the beginning, then no message is purged that it has not acknowledged', () => {
  const before = plan({ consumers: both(50, 70) }).pass;
  expect(plan({ consumers: both(90, 3), before }).purges).toEqual([{ subject: 'order.created', upTo: 3 }]);
});

test('When one of the required consumers is not there, then nothing is purged, and the next pass has no floor either', () => {
  const before = plan({ consumers: both(50, 70) }).pass;
  const { purges, pass } = plan({ consumers: both(90, 90).slice(0, 1), before });
  expect(purges).toEqual([]);
  expect(pass.floors).toEqual([]);
  expect(plan({ consumers: both(90, 90), before: pass }).purges).toEqual([]);
});

test.each([
  ['of the same subject', 'order.created'],
  ['of several subjects', undefined],
])('When the broker has a consumer %s that this version does not know, then its messages stay', (_, subject) => {
  const consumers = [...both(50, 70), consumer('newer_order-created', subject, { acknowledgedUpTo: 7 })];
  const before = plan({ consumers }).pass;
  expect(plan({ consumers, before }).purges).toEqual([{ subject: 'order.created', upTo: 7 }]);
});

test('When nothing consumes a subject, then everything is purged that the pass before saw', () => {
  const input = { subjects: ['user.created'], consumers: both(50, 70) };
  const before = plan(input).pass;
  expect(plan({ ...input, before, state: { ...state, lastSequence: 130 } }).purges).toEqual([
    { subject: 'user.created', upTo: 100 },
  ]);
});

test('When the stream is another one than at the pass before, then what that pass noted does not count', () => {
  const before = plan({ consumers: both(50, 70) }).pass;
  expect(plan({ consumers: both(50, 70), before, state: { ...state, id: 'other' } }).purges).toEqual([]);
});

test('When only the time of creation is another one after a restart, then what the pass before noted counts', () => {
  const before = plan({ consumers: both(50, 70) }).pass;
  expect(plan({ consumers: both(50, 70), before, state: { ...state, created: 'later' } }).purges).toHaveLength(1);
});

test('When the pass before was made by an earlier release, then it counts if the stream has the same time of creation', () => {
  const { streamId: _, ...before } = plan({ consumers: both(50, 70) }).pass;
  expect(plan({ consumers: both(50, 70), before }).purges).toHaveLength(1);
  expect(plan({ consumers: both(50, 70), before, state: { ...state, created: 'later' } }).purges).toEqual([]);
});

/** Passes, one a minute, while payments has no process. */
const passes = (stream: typeof state, minutes: number) => {
  let before: PurgePass | undefined;
  let last = plan({});
  for (let index = 0; index <= minutes; index += 1) {
    const consumers = both(90, 10, { isPulling: index === 0 });
    last = plan({ state: stream, consumers, before, now: after(index * minute) });
    before = last.pass;
  }
  return last;
};

test('When a consumer has no process for long and there is room, then its messages stay', () => {
  expect(passes(state, 60).purges).toEqual([{ subject: 'order.created', upTo: 10 }]);
});

test('When the stream is almost full, then a consumer without a process for 10 minutes no longer holds messages back', () => {
  expect(passes(full, abandonedAfterMs / minute - 1).purges).toEqual([{ subject: 'order.created', upTo: 10 }]);
  const { purges, pass } = passes(full, abandonedAfterMs / minute + 1);
  expect(purges).toEqual([{ subject: 'order.created', upTo: 90 }]);
  expect(pass.consumers.find(({ durable }) => durable.startsWith('payments'))).toMatchObject({ skippedSince: start });
});

test('When such a consumer has a process again, then what it missed is known, once', () => {
  const before = passes(full, abandonedAfterMs / minute + 1).pass;
  const consumers = both(95, 90, { isPulling: true });
  const resumed = plan({ state: full, consumers, before, now: after(20 * minute) });
  expect(resumed.resumed).toEqual([{ durable: 'payments_order-created', since: start }]);
  expect(plan({ state: full, consumers, before: resumed.pass, now: after(21 * minute) }).resumed).toEqual([]);
});

test('When the purge itself has moved the position of a consumer, then it does not count as alive', () => {
  const before = passes(full, abandonedAfterMs / minute + 1).pass;
  const { resumed } = plan({
    state: full,
    consumers: both(95, 90, { isPulling: false }),
    before,
    now: after(20 * minute),
  });
  expect(resumed).toEqual([]);
});

test('When a busy consumer never has a waiting pull but acknowledges, then it counts as alive', () => {
  let before: PurgePass | undefined;
  for (let index = 0; index < 30; index += 1) {
    const consumers = both(100, index, { isPulling: false });
    before = plan({ state: full, consumers, before, now: after(index * minute) }).pass;
  }
  expect(before?.floors).toEqual([{ subject: 'order.created', upTo: 29 }]);
});
