import { expect, test } from '@jest/globals';
import { MongoWriteConcernError } from 'mongodb';
import pino from 'pino';
import { eventually } from '../../testing/eventually.ts';
import { done, later, reject, retry, type Listener, type Verdict } from './listener.ts';
import { maxFailures } from './dead-letters.ts';
import { ListenerRunner } from './listener-runner.ts';
import type { SubscriptionOptions, Transport } from '../bus/transport.ts';

/** A transport controlled by the test: `deliver` delivers messages and returns the acknowledgement of each. */
const openBus = () => {
  const subscriptions: SubscriptionOptions[] = [];
  const log: string[] = [];
  const transport: Transport = {
    name: 'test',
    publish: () => Promise.resolve(),
    subscribe: async (options) => {
      subscriptions.push(options);
      return {
        pause: () => void log.push('pause'),
        resume: () => void log.push('resume'),
        stop: async () => void log.push('stop'),
      };
    },
    follow: () => ({ caughtUp: Promise.resolve(), stop: () => Promise.resolve() }),
    isConnected: () => true,
    store: undefined,
    guard: () => undefined,
    close: () => Promise.resolve(),
  };
  const deliver = async (...bodies: readonly unknown[]): Promise<string[]> => {
    const outcomes = bodies.map(() => 'nothing');
    await subscriptions[0]?.onMessages(
      bodies.map((body, index) => ({
        subject: 'ticket.counted',
        body: JSON.stringify(body),
        key: String(body),
        ack: () => void (outcomes[index] = 'ack'),
        nak: (delayMs) => void (outcomes[index] = `nak ${delayMs}`),
      })),
    );
    return outcomes;
  };
  return { transport, subscriptions, log, deliver };
};

const open = async (
  handle: Listener['handle'],
  options: {
    readonly isHealthy?: () => boolean;
    readonly handlerTimeoutMs?: number;
    readonly put?: () => Promise<boolean>;
    readonly park?: () => Promise<boolean>;
  } = {},
) => {
  const bus = openBus();
  const letters: object[] = [];
  const counted: string[] = [];
  const runner = new ListenerRunner({
    service: 'orders',
    transport: bus.transport,
    deadLetters: {
      put: async (letter) => {
        const stored = (await options.put?.()) ?? true;
        if (stored) letters.push(letter);
        return stored;
      },
      park: async (event) => {
        const parked = (await options.park?.()) ?? true;
        if (parked) letters.push(event);
        return parked;
      },
    },
    logger: pino({ level: 'silent' }),
    counters: {
      handled: (subject, verdict, count) => counted.push(`${subject} ${verdict} ${count}`),
      deadLettered: (subject) => counted.push(`${subject} dead`),
    },
    isHealthy: options.isHealthy ?? (() => true),
    ...(options.handlerTimeoutMs === undefined ? {} : { handlerTimeoutMs: options.handlerTimeoutMs }),
  });
  await runner.start([{ subject: 'ticket.counted', maxBatch: 10, concurrency: 1, fingerprint: 'known', handle }]);
  return { ...bus, runner, letters, counted };
};

const giving =
  (verdict: Verdict): Listener['handle'] =>
  (bodies) =>
    Promise.resolve(bodies.map(() => verdict));

test('When a listener is started, then its durable consumer is named for the service and the event', async () => {
  const { subscriptions, runner, log } = await open(giving(done));
  expect(subscriptions[0]).toMatchObject({ durable: 'orders_ticket-counted', subject: 'ticket.counted', maxBatch: 10 });
  await runner.stop();
  expect(log).toEqual(['stop']);
});

test('When a listener hangs at one message of a batch, then the others are handled, and that one has failed', async () => {
  const { deliver, counted, runner } = await open(
    (bodies) => (bodies.includes('hangs') ? new Promise(() => undefined) : Promise.resolve(bodies.map(() => done))),
    { handlerTimeoutMs: 50 },
  );
  expect(await deliver('a', 'hangs', 'b')).toEqual(['ack', 'nak 100', 'ack']);
  expect(counted).toContain('ticket.counted retry 1');
  await runner.stop();
});

test('When verdicts differ within a batch, then each message is settled by its own', async () => {
  const { deliver, letters, counted, runner } = await open(async () => [
    done,
    later(700),
    reject('nonsense'),
    retry('not yet'),
  ]);
  expect(await deliver('a', 'b', 'c', 'd')).toEqual(['ack', 'nak 700', 'ack', 'nak 100']);
  expect(letters).toEqual([
    {
      durable: 'orders_ticket-counted',
      subject: 'ticket.counted',
      key: 'c',
      body: '"c"',
      reason: 'nonsense',
      failures: 1,
    },
  ]);
  expect(counted.toSorted()).toEqual([
    'ticket.counted dead',
    'ticket.counted done 1',
    'ticket.counted later 1',
    'ticket.counted reject 1',
    'ticket.counted retry 1',
  ]);
  await runner.stop();
});

test('When a message fails repeatedly, then it is retried with back-off and becomes a dead letter after the last failure', async () => {
  const { deliver, letters, runner } = await open(giving(retry('no luck')));
  const outcomes: string[] = [];
  for (let n = 0; n < maxFailures; n += 1) outcomes.push(...(await deliver('a')));
  expect(outcomes).toEqual(['nak 100', 'nak 500', 'nak 2000', 'nak 5000', 'ack']);
  expect(letters).toEqual([expect.objectContaining({ key: 'a', reason: 'no luck', failures: 5 })]);
  await runner.stop();
});

test('When a message succeeds after failures, then its failures are forgotten', async () => {
  const verdicts = [retry('a'), retry('a'), done, retry('a')];
  const { deliver, runner } = await open(async () => [verdicts.shift() ?? done]);
  const outcomes = [await deliver('a'), await deliver('a'), await deliver('a'), await deliver('a')].flat();
  expect(outcomes).toEqual(['nak 100', 'nak 500', 'ack', 'nak 100']);
  await runner.stop();
});

test('When a listener returns later any number of times, then no failure is counted', async () => {
  let verdict: Verdict = later(50);
  const { deliver, letters, runner } = await open(async () => [verdict]);
  for (let n = 0; n < 20; n += 1) expect(await deliver('a')).toEqual(['nak 50']);
  verdict = retry('first failure');
  expect(await deliver('a')).toEqual(['nak 100']);
  expect(letters).toEqual([]);
  await runner.stop();
});

test('When the database is unreachable, then failures are not counted', async () => {
  const health = { healthy: false };
  const { deliver, letters, runner } = await open(() => Promise.reject(new Error('no database')), {
    isHealthy: () => health.healthy,
  });
  for (let n = 0; n < 20; n += 1) expect(await deliver('a')).toEqual(['nak 1000']);
  health.healthy = true;
  expect(await deliver('a')).toEqual(['nak 100']);
  expect(letters).toEqual([]);
  await runner.stop();
});

test('When the outcome of a write is unknown, then no failure is counted, although the database was reachable', async () => {
  const unknown = new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting timed out' } });
  const { deliver, letters, runner } = await open(() => Promise.reject(unknown));
  for (let n = 0; n < 20; n += 1) expect(await deliver('a', 'b')).toEqual(['nak 1000', 'nak 1000']);
  expect(letters).toEqual([]);
  await runner.stop();
});

test('When the database becomes unreachable and reachable again, then the listener is paused and resumed', async () => {
  const health = { healthy: true };
  const { log, runner } = await open(giving(done), { isHealthy: () => health.healthy });
  health.healthy = false;
  await eventually(() => expect(log).toEqual(['pause']));
  health.healthy = true;
  await eventually(() => expect(log).toEqual(['pause', 'resume']));
  await runner.stop();
});

test('When a batch throws, then it is repeated one by one and only the bad message is retried', async () => {
  const calls: number[] = [];
  const { deliver, runner } = await open(async (bodies) => {
    calls.push(bodies.length);
    if (bodies.includes('bad')) throw new Error('bad one');
    return bodies.map(() => done);
  });
  expect(await deliver('a', 'bad', 'b')).toEqual(['ack', 'nak 100', 'ack']);
  expect(calls).toEqual([3, 1, 1, 1]);
  await runner.stop();
});

test('When a batch throws while the database is unreachable, then it is not repeated one by one', async () => {
  const calls: number[] = [];
  const { deliver, runner } = await open(
    (bodies) => {
      calls.push(bodies.length);
      return Promise.reject(new Error('no database'));
    },
    { isHealthy: () => false },
  );
  expect(await deliver('a', 'b')).toEqual(['nak 1000', 'nak 1000']);
  expect(calls).toEqual([2]);
  await runner.stop();
});

test.each([
  ['cannot be stored', () => Promise.reject(new Error('away'))],
  ['finds no room', () => Promise.resolve(false)],
])('When a dead letter %s, then the message stays on the bus', async (_what, refuse) => {
  const { deliver, runner } = await open(giving(reject('nonsense')), { put: refuse });
  expect(await deliver('a')).toEqual(['nak 2000']);
  await runner.stop();
});

const park: Verdict = { kind: 'park', reason: 'unknown row' };

test('When an event has a value that this version does not know, then it is parked and acknowledged', async () => {
  const { deliver, letters, runner } = await open(giving(park));
  expect(await deliver('a')).toEqual(['ack']);
  expect(letters).toEqual([
    {
      durable: 'orders_ticket-counted',
      subject: 'ticket.counted',
      key: 'a',
      body: '"a"',
      reason: 'unknown row',
      fingerprint: 'known',
    },
  ]);
  await runner.stop();
});

test.each([
  ['cannot be stored', () => Promise.reject(new Error('away'))],
  ['finds no room', () => Promise.resolve(false)],
])('When a parked event %s, then the message stays on the bus', async (_what, refuse) => {
  const { deliver, runner } = await open(giving(park), { park: refuse });
  expect(await deliver('a')).toEqual(['nak 2000']);
  await runner.stop();
});

test('When a listener returns too few verdicts, then the remaining messages are retried', async () => {
  const { deliver, runner } = await open(async () => [done]);
  expect(await deliver('a', 'b')).toEqual(['ack', 'nak 100']);
  await runner.stop();
});
