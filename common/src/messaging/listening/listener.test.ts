import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from '../../events/index.ts';
import { createListener, done, later, parseJson, reject, retry, type Verdict } from './listener.ts';

const counted = defineEvent('ticket.counted', z.object({ n: z.number() }));

const seated = defineEvent('ticket.seated', z.object({ row: z.enum(['A', 'B']) }));

const batch = { maxBatch: 100, concurrency: 1 };

const event = (n: unknown) => ({
  id: `event-${String(n)}`,
  type: 'ticket.counted',
  schemaVersion: 1,
  time: '2026-01-01T00:00:00.000Z',
  aggregate: { type: 'ticket', id: 'a', version: 0 },
  correlationId: 'c',
  traceId: 't',
  data: { n },
});

test('When a batch contains messages that are not this event, then each is rejected and the others are handled', async () => {
  const handled: number[] = [];
  const numbers = createListener(counted, batch, async (events) => {
    handled.push(...events.map(({ data }) => data.n));
    return events.map(() => done);
  });
  const verdicts = await numbers.handle([
    event(1),
    undefined,
    event('two'),
    { ...event(3), type: 'ticket.other' },
    event(4),
  ]);
  expect(handled).toEqual([1, 4]);
  expect(verdicts.map(({ kind }) => kind)).toEqual(['done', 'reject', 'reject', 'reject', 'done']);
  expect(verdicts[3]).toEqual(reject('not a ticket.counted: expected ticket.counted, found ticket.other'));
});

const seatedIn = (row: unknown) => ({ ...event(1), type: 'ticket.seated', data: { row } });

test('When an event has a value that this version does not know, then it is parked and the others are handled', async () => {
  const listener = createListener(seated, batch, async (events) => events.map(() => done));
  const verdicts = await listener.handle([seatedIn('A'), seatedIn('C'), seatedIn(3)]);
  expect(verdicts.map(({ kind }) => kind)).toEqual(['done', 'park', 'reject']);
});

const fingerprintOf = (rows: readonly string[]): string =>
  createListener(defineEvent('ticket.seated', z.object({ row: z.enum(rows) })), batch, async () => []).fingerprint;

test('When two versions know the same values of an event, then their fingerprints are the same, otherwise not', () => {
  expect(fingerprintOf(['A', 'B'])).toBe(fingerprintOf(['A', 'B']));
  expect(fingerprintOf(['A', 'B', 'C'])).not.toBe(fingerprintOf(['A', 'B']));
});

test('When a whole batch is malformed, then its handler is not called', async () => {
  const numbers = createListener(counted, batch, () => Promise.reject(new Error('called')));
  expect((await numbers.handle([undefined, 1])).map(({ kind }) => kind)).toEqual(['reject', 'reject']);
});

const verdictOf = (n: number): Verdict => [done, later(5), retry('not yet')][n] ?? reject('unknown');

test('When a batch gets a verdict for each, then malformed messages between them do not shift them', async () => {
  const numbers = createListener(counted, batch, async (events) => events.map(({ data }) => verdictOf(data.n)));
  const verdicts = await numbers.handle([event(2), undefined, event(0), event(1), event(9)]);
  expect(verdicts).toEqual([
    retry('not yet'),
    expect.objectContaining({ kind: 'reject' }),
    done,
    later(5),
    reject('unknown'),
  ]);
});

test('When a batch gets too few verdicts, then the remaining events are retried', async () => {
  const numbers = createListener(counted, batch, async () => [done]);
  expect(await numbers.handle([event(1), event(2)])).toEqual([done, retry('the listener gave no verdict')]);
});

test('When an event carries keys that its schema does not have, then the event is handled with them', async () => {
  const seen: unknown[] = [];
  const numbers = createListener(counted, batch, async (events) => {
    seen.push(...events.map(({ data }) => data));
    return [done];
  });
  expect(await numbers.handle([{ ...event(1), data: { n: 1, future: true } }])).toEqual([done]);
  expect(seen).toEqual([{ n: 1, future: true }]);
});

test.each(['', '{', 'undefined', '{"a":1'])('When a body is %j, then it is undefined and nothing is thrown', (body) => {
  expect(parseJson(body)).toBeUndefined();
});
