import { expect, test } from '@jest/globals';
import pino from 'pino';
import { orderUpdated, type OrderState } from '../events/index.ts';
import { newOrder } from '../events/testing/index.ts';
import type { FollowOptions } from '../messaging/bus/transport.ts';
import { eventually } from '../testing/index.ts';
import { newMessage } from '../testing/test-system.ts';
import { openEventWaits, type EventWaits } from './event-waits.ts';

type Wait = NonNullable<ReturnType<EventWaits<OrderState>['begin']>>;

const openWaits = () => {
  const following: FollowOptions[] = [];
  const clock = { ms: 0, reads: 0 };
  const onStored = new Map<string, (id: string, body: string) => void>();
  const waits = openEventWaits<OrderState>(
    {
      logger: pino({ level: 'silent' }),
      ownTime: () => {
        clock.reads += 1;
        return clock.ms;
      },
      relay: {
        onStored: (subject, listener) => void onStored.set(subject, listener),
      },
      transport: {
        follow: (options) => {
          following.push(options);
          return { caughtUp: Promise.resolve(), stop: async () => undefined };
        },
      },
    },
    [orderUpdated],
  );
  return {
    waits,
    following,
    clock,
    stored: (id: string, body: string) => onStored.get(orderUpdated.type)?.(id, body),
    /** What a request for the order gets that waits. */
    result: async (...[ms, signal]: Parameters<Wait['result']>) => {
      const wait = waits.begin(id);
      if (wait === undefined) throw new Error('too many requests wait');
      return wait.result(ms, signal).finally(() => wait.end());
    },
  };
};

const complete = newOrder({ status: 'complete', version: 2 });
const { id } = complete;
const bodyOf = (order: OrderState) =>
  JSON.stringify(newMessage(orderUpdated, order, { correlationId: 'test', time: new Date() }));
/** Longer than a test. */
const never = 60_000;

test('When this process stores or consumes an event of what a request waits for, then the request has its state', async () => {
  const { waits, stored, result } = openWaits();
  const one = result(never);
  stored('another', bodyOf(newOrder()));
  stored(id, bodyOf(complete));
  expect(await one).toEqual(complete);
  const consumed = result(never);
  waits.heard([newOrder(), complete]);
  expect(await consumed).toEqual(complete);
});

test('When a state is not accepted, or is malformed, then the request waits on', async () => {
  const { waits, stored } = openWaits();
  const result = waits.begin(id, ({ status }) => status === 'complete')?.result(never);
  waits.heard([{ ...complete, status: 'awaiting:payment', version: 1 }]);
  stored(id, 'malformed');
  stored(id, bodyOf(complete));
  expect(await result).toEqual(complete);
});

test('When the time is over, the reader goes away or the process drains, then the wait ends with nothing', async () => {
  const { waits, result } = openWaits();
  expect(await result(1)).toBeUndefined();
  const gone = new AbortController();
  const results = [result(never, gone.signal), result(never, AbortSignal.abort())];
  gone.abort();
  expect(await Promise.all(results)).toEqual([undefined, undefined]);
  const last = result(never);
  waits.endAll();
  expect(await last).toBeUndefined();
  expect(waits.begin(id)).toBeUndefined();
});

test('When 24 requests wait, then no other one does until one of them ends', async () => {
  const { waits } = openWaits();
  const all = Array.from({ length: 24 }, (_, index) => waits.begin(`order ${index % 3}`));
  expect(all).not.toContain(undefined);
  expect(waits.begin(id)).toBeUndefined();
  const [first] = all;
  first?.end();
  first?.end();
  expect(waits.begin(id)).toBeDefined();
  expect(waits.begin(id)).toBeUndefined();
});

/** Every tick reads the clock. */
const nextTick = async ({ clock }: Pick<ReturnType<typeof openWaits>, 'clock'>): Promise<void> => {
  const before = clock.reads;
  await eventually(() => expect(clock.reads).toBeGreaterThan(before));
};

test('When events reach another replica, then they are followed; those that are only late are no reason', async () => {
  const opened = openWaits();
  const { waits, following, clock, stored, result } = opened;
  const worker = waits.start();
  await result(1);
  stored(id, bodyOf(complete));
  clock.ms += 10_000;
  await nextTick(opened);
  expect(following).toEqual([]);
  await result(1);
  clock.ms += 1_999;
  await nextTick(opened);
  expect(following).toEqual([]);
  clock.ms += 1;
  await eventually(() => expect(following.map(({ subject }) => subject)).toEqual(['order.updated']));
  const followed = result(never);
  following[0]?.onMessage(bodyOf(complete));
  expect(await followed).toEqual(complete);
  await worker.stop();
});

test('When a process that follows hears its own events from the bus first, then it ends following all the same', async () => {
  const opened = openWaits();
  const { waits, following, clock, stored, result } = opened;
  const worker = waits.start();
  await result(1);
  clock.ms += 2_000;
  await nextTick(opened);
  await eventually(() => expect(following).toHaveLength(1));
  clock.ms += 59_000;
  const followed = result(never);
  following[0]?.onMessage(bodyOf(complete));
  expect(await followed).toEqual(complete);
  stored(id, bodyOf(complete));
  // A process that had missed its event would follow for another minute from here.
  clock.ms += 2_000;
  await nextTick(opened);
  const late = waits.begin(id);
  const ended = late?.result(never);
  following[0]?.onMessage(bodyOf(complete));
  late?.end();
  expect(await ended).toBeUndefined();
  await worker.stop();
});
