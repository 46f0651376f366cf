import { afterEach, beforeEach, expect, test } from '@jest/globals';
import express from 'express';
import { MongoNetworkError } from 'mongodb';
import { z } from 'zod';
import { defineEvent, type EventDefinition } from '../../events/index.ts';
import { commonEnv, openService, readEnv, type RunningService } from '../../service/index.ts';
import { throughout } from '../../testing/eventually.ts';
import { openTestSystem, type TestSystem } from '../../testing/index.ts';
import { applyIfNewer } from '../aggregates/apply-if-newer.ts';
import { createDeadLetters, maxLetters, type DeadLetter, type DeadLetters } from './dead-letters.ts';
import { on } from './on.ts';

const seatState = <const Kinds extends readonly string[]>(kinds: Kinds) =>
  z.object({ id: z.string(), version: z.number(), kind: z.enum(kinds) });

const oldSeat = defineEvent('ticket.seated', seatState(['seat']));
const newSeat = defineEvent('ticket.seated', seatState(['seat', 'balcony']));
/** A version after the old one that does not know the value either. */
const otherSeat = defineEvent('ticket.seated', seatState(['seat', 'standing']));
type SeatEvent = EventDefinition<string, { readonly id: string; readonly version: number; readonly kind: string }>;

interface Copy {
  readonly _id: string;
  readonly seat: { readonly kind: string; readonly version: number };
}

let system: TestSystem;
let letters: DeadLetters;
/** What each version has handled. */
const handled = new Map<SeatEvent, string[]>();
const failing = new Map<string, () => Error>();

beforeEach(async () => {
  system = await openTestSystem();
  letters = createDeadLetters(system.collection<DeadLetter>('dead-letters'), system.clock.now);
  handled.clear();
  failing.clear();
});
afterEach(() => system.close());

/** Starts a replica of the service in the version that knows this event. */
const start = (version: SeatEvent): Promise<RunningService> => {
  handled.set(version, []);
  return system.start((overrides) =>
    openService('seats', readEnv(commonEnv, system.env), overrides).run({
      collections: [],
      app: express(),
      listeners: [
        on(version, async (events) => {
          const states = events.map(({ state }) => state);
          for (const { id } of states) {
            const error = failing.get(id)?.();
            if (error !== undefined) throw error;
          }
          handled.get(version)?.push(...states.map(({ id }) => id));
          await applyIfNewer(system.collection<Copy>('copies'), 'seat', states);
        }),
      ],
    }),
  );
};

const publish = (id: string, kind: 'seat' | 'balcony', version = 0) => system.publish(newSeat, { id, version, kind });
const copyOf = (id: string) => system.collection<Copy>('copies').findOne({ _id: id });
const stored = async (id: string): Promise<DeadLetter> => {
  const letter = await system.collection<DeadLetter>('dead-letters').findOne({ body: { $regex: `"id":"${id}"` } });
  if (letter === null) throw new Error(`nothing is stored for ${id}`);
  return letter;
};
const parked = (id: string) =>
  system.eventually(async () => {
    const letter = await stored(id);
    expect(letter).toMatchObject({ status: 'parked', failures: 0 });
    return letter;
  });
const nothingLeft = () =>
  system.eventually(async () => expect(await letters.count()).toEqual({ deadLetters: 0, parked: 0 }));

test('When no replica knows a value, then the event is parked, is no dead letter and delays no other', async () => {
  await start(oldSeat);
  await publish('a', 'balcony');
  await publish('b', 'seat');
  const event = await parked('a');
  expect(event.reason).toMatch(/^unknown value: kind: /);
  await system.eventually(() => expect(handled.get(oldSeat)).toEqual(['b']));
  expect(await letters.count()).toEqual({ deadLetters: 0, parked: 1 });
  expect(await letters.list()).toEqual([]);
  expect(await letters.discard('all')).toBe(0);
  // A process counts when it starts and every 15 s.
  const { url } = await start(otherSeat);
  await system.eventually(
    async () => expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^parked_events 1$/m),
    20_000,
  );
});

test('When a replica that knows the value starts beside the old one, then it handles the event within 5 s', async () => {
  await start(oldSeat);
  await start(otherSeat);
  await publish('a', 'balcony');
  const event = await parked('a');
  await system.eventually(async () => expect((await stored('a')).unknownTo?.split(' ')).toHaveLength(3));
  await start(newSeat);
  await system.eventually(() => expect(handled.get(newSeat)).toEqual(['a']), 5_000);
  await nothingLeft();
  expect(await letters.show(event._id)).toBeUndefined();
  expect(handled.get(oldSeat)).toEqual([]);
});

test('When there are dead letters of another kind, then no replica takes them by itself', async () => {
  await start(oldSeat);
  const letter = { durable: 'd', subject: 'ticket.seated', key: '1', body: '{}', reason: 'nonsense', failures: 1 };
  await letters.put(letter);
  expect(await letters.lease([{ durable: 'd', fingerprint: 'new' }])).toBeUndefined();
  await letters.replay('all');
  expect(await letters.lease([{ durable: 'd', fingerprint: 'new' }])).toMatchObject(letter);
});

test('When an event is parked, or a dead letter after an hour, then only a replica with another version of it takes it', async () => {
  const event = { durable: 'd', subject: 'ticket.seated', key: '1', body: '{}', reason: 'unknown', fingerprint: 'old' };
  await letters.park(event);
  const [old, newer] = [
    { durable: 'd', fingerprint: 'old' },
    { durable: 'd', fingerprint: 'new' },
  ];
  for (const status of ['parked', 'waiting']) {
    expect(await letters.lease([old])).toBeUndefined();
    expect(await letters.lease([newer])).toMatchObject({ _id: 'd/1', status });
    expect(await letters.lease([newer])).toBeUndefined();
    system.clock.advance(60 * 60_000);
    await letters.expireParked();
  }
});

test('When a parked event is handled after newer ones, then the copy keeps the newer state', async () => {
  await start(oldSeat);
  await publish('a', 'seat', 1);
  await publish('a', 'balcony', 2);
  await parked('a');
  await publish('a', 'seat', 3);
  await system.eventually(() => expect(handled.get(oldSeat)).toHaveLength(2));
  await start(newSeat);
  await nothingLeft();
  expect(handled.get(newSeat)).toEqual(['a']);
  expect((await copyOf('a'))?.seat).toMatchObject({ version: 3, kind: 'seat' });
});

test('When an event has been parked for an hour, then it is a dead letter, which a newer version handles when it starts', async () => {
  await start(oldSeat);
  await publish('a', 'balcony');
  const { _id } = await parked('a');
  system.clock.advance(59 * 60_000);
  expect(await letters.expireParked()).toBe(0);
  system.clock.advance(60_000);
  expect(await letters.expireParked()).toBe(1);
  expect(await letters.list()).toMatchObject([{ _id, status: 'waiting' }]);
  await throughout(async () => expect(await letters.show(_id)).toMatchObject({ status: 'waiting' }), 1_500);
  await start(newSeat);
  await system.eventually(() => expect(handled.get(newSeat)).toEqual(['a']), 5_000);
  await nothingLeft();
});

test('When such a dead letter fails in the newer version, then it is retried like a parked event', async () => {
  await start(oldSeat);
  await publish('a', 'balcony');
  const { _id } = await parked('a');
  system.clock.advance(60 * 60_000);
  await letters.expireParked();
  failing.set('a', () => new Error('no luck'));
  await start(newSeat);
  await system.eventually(async () => expect((await letters.show(_id))?.failures).toBeGreaterThan(0));
  failing.clear();
  await system.eventually(async () => {
    // The back-off is counted by the service's clock.
    system.clock.advance(1_000);
    expect(await letters.show(_id)).toBeUndefined();
  });
});

test('When the same state is republished, then it stays one parked event, and a newer state replaces it', async () => {
  await start(oldSeat);
  await publish('a', 'balcony', 1);
  const first = await parked('a');
  await publish('a', 'balcony', 1);
  await publish('a', 'balcony', 3);
  await publish('a', 'balcony', 2);
  await publish('b', 'balcony');
  await parked('b');
  await system.eventually(async () => expect(await stored('a')).toMatchObject({ _id: first._id, version: 3 }));
  expect(await letters.count()).toEqual({ deadLetters: 0, parked: 2 });
  expect(await stored('a')).toMatchObject({ at: first.at, unknownTo: first.unknownTo });
  await start(newSeat);
  await nothingLeft();
  expect((await copyOf('a'))?.seat).toMatchObject({ version: 3, kind: 'balcony' });
});

test('When a newer state is parked while an older one is being handled, then the newer one stays', async () => {
  await start(oldSeat);
  await publish('a', 'balcony', 1);
  const { durable } = await parked('a');
  const leased = await letters.lease([{ durable, fingerprint: 'new' }]);
  if (leased === undefined) throw new Error('nothing is leased');
  await publish('a', 'balcony', 2);
  await system.eventually(async () => expect(await stored('a')).toMatchObject({ version: 2 }));
  await letters.settle(leased, { kind: 'done' });
  const left = await stored('a');
  expect(left).toMatchObject({ version: 2, status: 'parked' });
  expect(left).not.toHaveProperty('notBefore');
});

test('When side events of one aggregate are parked, then each is kept', async () => {
  const event = { durable: 'd', subject: 'ticket.refused', reason: 'unknown', fingerprint: 'f' };
  const body = JSON.stringify({ aggregate: { type: 'ticket', id: 'a', version: 1 }, data: { ticketId: 'a' } });
  for (const key of ['1', '2', '2']) await letters.park({ ...event, key, body });
  await letters.park({ ...event, key: '2', body, fingerprint: 'g' });
  expect(await letters.count()).toEqual({ deadLetters: 0, parked: 2 });
  expect(await letters.show('d/2')).toMatchObject({ unknownTo: 'f g ' });
});

test('When such a dead letter is replayed by hand and no replica knows the value, then it waits again for one that does', async () => {
  await start(oldSeat);
  await publish('a', 'balcony');
  const { _id } = await parked('a');
  system.clock.advance(60 * 60_000);
  await letters.expireParked();
  expect(await letters.replay([_id])).toBe(1);
  await system.eventually(async () =>
    expect(await letters.show(_id)).toMatchObject({ status: 'waiting', unknownTo: expect.any(String) }),
  );
  await start(newSeat);
  await nothingLeft();
});

test('When a parked event fails repeatedly in the version that knows it, then it becomes a dead letter and stays one', async () => {
  await start(oldSeat);
  failing.set('a', () => new Error('no luck'));
  await publish('a', 'balcony');
  const { _id } = await parked('a');
  await start(newSeat);
  await system.eventually(async () => {
    // The back-off is counted by the service's clock.
    system.clock.advance(10_000);
    expect(await letters.show(_id)).toMatchObject({ status: 'waiting', failures: 5, reason: 'Error: no luck' });
  }, 20_000);
  expect(await letters.show(_id)).not.toHaveProperty('unknownTo');
  failing.clear();
  await letters.replay([_id]);
  await nothingLeft();
});

test('When the connection to the database breaks while a parked event or a dead letter is handled, then it is no failure of it', async () => {
  await start(oldSeat);
  const breaks: string[] = [];
  for (const id of ['parked', 'dead']) {
    failing.set(id, () => {
      breaks.push(id);
      return new MongoNetworkError('connection closed');
    });
  }
  await publish('dead', 'balcony');
  await parked('dead');
  system.clock.advance(60 * 60_000);
  await letters.expireParked();
  await publish('parked', 'balcony');
  await parked('parked');
  await start(newSeat);
  await system.eventually(() => expect(breaks).toEqual(expect.arrayContaining(['parked', 'dead'])));
  await throughout(async () => {
    expect(await stored('parked')).toMatchObject({ status: 'parked', failures: 0 });
    expect(await stored('dead')).toMatchObject({ status: 'waiting', failures: 0, unknownTo: expect.any(String) });
  }, 500);
  failing.clear();
  await nothingLeft();
  expect(handled.get(newSeat)?.toSorted()).toEqual(['dead', 'parked']);
});

test('When as much is parked as may be, then further events stay on the bus until there is room', async () => {
  const full = Array.from({ length: maxLetters }, (_, index): DeadLetter => ({
    _id: `other/${index}`,
    durable: 'other',
    subject: 'ticket.seated',
    key: String(index),
    body: '{}',
    reason: 'unknown',
    failures: 0,
    at: system.clock.now(),
    status: 'parked',
    unknownTo: 'old ',
  }));
  await start(oldSeat);
  await system.collection<DeadLetter>('dead-letters').insertMany(full);
  await publish('a', 'balcony');
  await publish('b', 'seat');
  await system.eventually(() => expect(handled.get(oldSeat)).toEqual(['b']));
  await expect(stored('a')).rejects.toThrow();
  await system.collection<DeadLetter>('dead-letters').deleteMany({ durable: 'other' });
  await parked('a');
});
