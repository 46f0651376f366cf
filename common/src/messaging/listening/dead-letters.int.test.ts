import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import express from 'express';
import { z } from 'zod';
import { defineEvent } from '../../events/index.ts';
import { commonEnv, openService, readEnv, type RunningService } from '../../service/index.ts';
import { openTestSystem, type TestSystem } from '../../testing/index.ts';
import { createDeadLetters, maxLetters, type DeadLetter, type DeadLetters } from './dead-letters.ts';
import { createListener, done, later, reject, type Verdict } from './listener.ts';

const counted = defineEvent('ticket.counted', z.object({ n: z.number() }));

let system: TestSystem;
let letters: DeadLetters;
let service: RunningService;
let start: () => Promise<RunningService>;
/** The verdict of the listener for each event, by its number; `done` by default. */
const verdicts = new Map<number, () => Promise<Verdict>>();
const handled: number[] = [];

beforeAll(async () => {
  system = await openTestSystem();
  letters = createDeadLetters(system.collection<DeadLetter>('dead-letters'), system.clock.now);
  start = () =>
    system.start((overrides) =>
      openService('counting', readEnv(commonEnv, system.env), overrides).run({
        collections: [],
        app: express(),
        listeners: [
          createListener(counted, { maxBatch: 1, concurrency: 16 }, (events) =>
            Promise.all(
              events.map(async ({ data }) => {
                handled.push(data.n);
                return (await verdicts.get(data.n)?.()) ?? done;
              }),
            ),
          ),
        ],
      }),
    );
  [service] = await Promise.all([start(), start()]);
});
afterAll(() => system.close());

const known = (durable: string) => ({ durable, fingerprint: 'this version' });
const rejected = (reason: string) => (): Promise<Verdict> => Promise.resolve(reject(reason));
const find = async (n: number): Promise<DeadLetter | undefined> =>
  (await letters.list()).find(({ body }) => body.includes(`"n":${n}}`));
const deadLettered = async (n: number, reason = 'nonsense'): Promise<DeadLetter> => {
  verdicts.set(n, rejected(reason));
  await system.publish(counted, { n }, { aggregateId: 'a', version: 0 });
  return system.eventually(async () => {
    const letter = await find(n);
    if (letter === undefined) throw new Error('no dead letter yet');
    return letter;
  });
};

test('When an event is rejected, then it becomes a dead letter with everything an operator needs to know', async () => {
  const letter = await deadLettered(1);
  expect(letter).toMatchObject({
    _id: `counting_ticket-counted/${letter.key}`,
    durable: 'counting_ticket-counted',
    subject: 'ticket.counted',
    reason: 'nonsense',
    failures: 1,
    status: 'waiting',
  });
  expect(counted.parse(JSON.parse(letter.body)).data).toEqual({ n: 1 });
  expect(await letters.show(letter._id)).toEqual(letter);
  expect(await letters.show('unknown')).toBeUndefined();
  expect(await letters.count()).toEqual({ deadLetters: 1, parked: 0 });
});

test('When a message is not JSON, then it becomes a dead letter unchanged, and later messages are handled', async () => {
  await system.send('ticket.counted', 'no {JSON');
  await system.publish(counted, { n: 2 }, { aggregateId: 'a', version: 0 });
  await system.eventually(async () => {
    expect((await letters.list()).map(({ body }) => body)).toContain('no {JSON');
    expect(handled).toContain(2);
  });
});

test('When a throwing listener has failed five times, then the event becomes a dead letter with its error', async () => {
  verdicts.set(3, () => Promise.reject(new TypeError('cannot read')));
  await system.publish(counted, { n: 3 }, { aggregateId: 'a', version: 0 });
  const letter = await system.eventually(async () => {
    const found = await find(3);
    if (found === undefined) throw new Error('no dead letter yet');
    return found;
    // Two replicas count failures separately: in the worst case both handle it five times.
  }, 25_000);
  expect(letter).toMatchObject({ reason: 'TypeError: cannot read', failures: 5 });
  expect(handled.filter((n) => n === 3).length).toBeGreaterThanOrEqual(5);
});

test('When a letter is replayed and its cause is gone, then the running service handles it and it is removed', async () => {
  const letter = await deadLettered(4);
  verdicts.delete(4);
  expect(await letters.replay([letter._id, 'unknown'])).toBe(1);
  await system.eventually(async () => expect(await letters.show(letter._id)).toBeUndefined());
  // Once before it became a dead letter and once by the replay, which only one of the replicas runs.
  expect(handled.filter((n) => n === 4)).toHaveLength(2);
});

test('When a replayed letter fails again, then it waits again with the new reason', async () => {
  const letter = await deadLettered(5);
  verdicts.set(5, rejected('still nonsense'));
  await letters.replay([letter._id]);
  await system.eventually(async () =>
    expect(await letters.show(letter._id)).toMatchObject({ status: 'waiting', reason: 'still nonsense', failures: 2 }),
  );
  verdicts.set(5, () => Promise.reject(new Error('crashed')));
  await letters.replay([letter._id]);
  await system.eventually(async () =>
    expect(await letters.show(letter._id)).toMatchObject({ status: 'waiting', reason: 'Error: crashed', failures: 3 }),
  );
});

test('When a replayed letter is to be handled later, then it stays marked and is handled then', async () => {
  const letter = await deadLettered(6);
  const remaining = [later(200)];
  verdicts.set(6, () => Promise.resolve(remaining.pop() ?? done));
  await letters.replay([letter._id]);
  await system.eventually(async () => expect(await letters.show(letter._id)).toBeUndefined());
  expect(handled.filter((n) => n === 6)).toHaveLength(3);
});

test('When letters are discarded, then they are gone, also while they are being replayed', async () => {
  const [one, two] = [await deadLettered(7), await deadLettered(8)];
  expect(await letters.discard([one._id])).toBe(1);
  expect(await letters.show(one._id)).toBeUndefined();
  const work = Promise.withResolvers<Verdict>();
  const before = handled.length;
  verdicts.set(8, () => work.promise);
  await letters.replay([two._id]);
  await system.eventually(() => expect(handled.length).toBeGreaterThan(before));
  expect(await letters.discard([two._id])).toBe(1);
  work.resolve(reject('too late'));
  verdicts.delete(8);
  await deadLettered(9);
  expect(await letters.show(two._id)).toBeUndefined();
});

test('When all letters are replayed, then each is handled, and a malformed one is a dead letter again', async () => {
  verdicts.clear();
  expect(await letters.replay('all')).toBeGreaterThan(1);
  await system.eventually(async () => {
    const left = await letters.list();
    expect(left.map(({ body, status }) => [body, status])).toEqual([['no {JSON', 'waiting']]);
  });
  expect(await letters.discard('all')).toBe(1);
  expect(await letters.count()).toEqual({ deadLetters: 0, parked: 0 });
});

test('When a message fails again while its replay is requested, then there is one letter and the replay is kept', async () => {
  const letter = {
    durable: 'somebody_else',
    subject: 'ticket.counted',
    key: randomUUID(),
    body: '{}',
    reason: 'first',
    failures: 5,
  };
  await letters.put(letter);
  await letters.replay('all');
  await letters.put({ ...letter, reason: 'second' });
  expect(await letters.list()).toMatchObject([{ reason: 'second', status: 'replaying' }]);
  await letters.discard('all');
});

test('When a replica that has leased a letter dies, then another one leases it after a minute', async () => {
  const letter = { durable: 'd', subject: 's', key: randomUUID(), body: '{}', reason: 'r', failures: 1 };
  await letters.put(letter);
  await letters.replay('all');
  const taken = await letters.lease([known('d'), known('e')]);
  expect(taken).toMatchObject(letter);
  expect(await letters.lease([known('d'), known('e')])).toBeUndefined();
  system.clock.advance(61_000);
  expect(await letters.lease([known('e')])).toBeUndefined();
  expect(await letters.lease([known('d')])).toMatchObject(letter);
  await letters.discard('all');
});

test('When a letter is replayed and no listener handles its event, then it waits again after ten minutes', async () => {
  const letter = { durable: 'd', subject: 's', key: randomUUID(), body: '{}', reason: 'r', failures: 1 };
  await letters.put(letter);
  await letters.replay('all');
  expect(await letters.expireReplays(['e'])).toBe(0);
  system.clock.advance(10 * 60_000);
  // A listener handles it, or this replica has one.
  expect(await letters.expireReplays(['d', 'e'])).toBe(0);
  await letters.lease([known('d')]);
  expect(await letters.expireReplays(['e'])).toBe(0);
  system.clock.advance(10 * 60_000);
  // The worker of the service, when it starts, or 15 s later when the database seemed away at that moment.
  await start();
  await system.eventually(
    async () =>
      expect(await letters.list()).toMatchObject([
        { status: 'waiting', reason: 'no listener of the service handles this event' },
      ]),
    30_000,
  );
  await letters.discard('all');
});

test('When as many letters are stored as may be, then a further one is not, and one that is stored is updated', async () => {
  const letter = { durable: 'd', subject: 's', body: '{}', reason: 'r', failures: 1 };
  const stored = Array.from({ length: maxLetters }, (_, index): DeadLetter => ({
    ...letter,
    _id: `d/${index}`,
    key: String(index),
    at: system.clock.now(),
    status: 'waiting',
  }));
  await system.collection<DeadLetter>('dead-letters').insertMany(stored);
  expect(await letters.put({ ...letter, key: 'new' })).toBe(false);
  expect(await letters.show('d/new')).toBeUndefined();
  expect(await letters.put({ ...letter, key: '7', reason: 'again' })).toBe(true);
  expect(await letters.show('d/7')).toMatchObject({ reason: 'again' });
  await letters.discard('all');
});

test('When the metrics are read, then they contain the number of letters', async () => {
  const letter = { durable: 'd', subject: 's', body: '{}', reason: 'r', failures: 1 };
  for (const key of ['one', 'two', 'three']) await letters.put({ ...letter, key });
  // A process counts when it starts, and every 15 s: a busy database may refuse the first count.
  const counting = await start();
  await system.eventually(
    async () => expect(await (await fetch(`${counting.url}/metrics`)).text()).toMatch(/^dead_letters 3$/m),
    40_000,
  );
  await letters.discard('all');
  const text = await (await fetch(`${service.url}/metrics`)).text();
  expect(text).toMatch(/^events_dead_lettered_total\{subject="ticket.counted"\} \d+$/m);
}, 60_000);
