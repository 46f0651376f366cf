import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Result } from '../api/api.ts';
import { follow, type LiveSource } from './follow.ts';

interface Thing {
  readonly version: number;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const found = (version: number): Result<Thing> => ({
  ok: true,
  data: { version },
  header: () => undefined,
  sentAt: 0,
  receivedAt: 0,
});
const refused = (status: number): Result<Thing> => ({ ok: false, failure: { status, errors: [] } });

const open = (options: { readonly withoutStreams?: boolean; readonly readsAtStart?: boolean } = {}) => {
  let response = found(0);
  let reads = 0;
  const streams: Parameters<NonNullable<LiveSource<Thing>['openStream']>>[0][] = [];
  let closed = 0;
  const states: number[] = [];
  const failures: number[] = [];
  const following = follow<Thing>({
    source: {
      openStream:
        options.withoutStreams === true
          ? undefined
          : (handlers) => {
              streams.push(handlers);
              return () => {
                closed += 1;
              };
            },
      parse: (data) => (data === 'nonsense' ? undefined : { version: Number(data) }),
      read: async () => {
        reads += 1;
        return response;
      },
    },
    shown: { version: 0 },
    isOlder: (state, than) => state.version < than.version,
    isFinal: ({ version }) => version === 9,
    pollMs: (_state, quietMs) => (quietMs < 10_000 ? 1_000 : 5_000),
    readsAtStart: options.readsAtStart === true,
    onState: ({ version }) => states.push(version),
    onRead: () => undefined,
    onFailure: ({ status }) => failures.push(status),
  });
  return {
    following,
    streams,
    states,
    failures,
    reads: () => reads,
    closed: () => closed,
    respond: (next: Result<Thing>) => {
      response = next;
    },
    say: (data: string) => streams.at(-1)?.onMessage(data),
    lose: (isRefused: boolean) => streams.at(-1)?.onError(isRefused),
    later: (ms: number) => jest.advanceTimersByTimeAsync(ms),
  };
};

test('When the stream says each state, then nothing is polled', async () => {
  const page = open();
  page.following.start();
  page.say('0');
  await page.later(60_000);
  page.say('1');
  page.say('2');
  expect(page.states).toEqual([0, 1, 2]);
  expect(page.reads()).toBe(0);
});

test('When the browser has no EventSource, then the thing is polled, rarely while it is quiet', async () => {
  const page = open({ withoutStreams: true });
  page.following.start();
  await page.later(999);
  expect(page.reads()).toBe(1);
  page.respond(found(1));
  await page.later(1);
  expect(page.states).toEqual([0, 1]);
  await page.later(12_000);
  const reads = page.reads();
  await page.later(5_000);
  expect(page.reads()).toBe(reads + 1);
});

test('When the stream is refused, then the thing is polled until another stream is open', async () => {
  const page = open();
  page.following.start();
  page.lose(true);
  await page.later(1_000);
  expect(page.reads()).toBe(2);
  expect(page.closed()).toBe(1);
  await page.later(29_000);
  expect(page.streams).toHaveLength(2);
  page.say('3');
  const reads = page.reads();
  await page.later(60_000);
  expect(page.reads()).toBe(reads);
  expect(page.states.at(-1)).toBe(3);
});

test('When the stream says what this page does not understand, then the thing is polled', async () => {
  const page = open();
  page.following.start();
  page.say('nonsense');
  await page.later(0);
  expect(page.reads()).toBe(1);
  expect(page.states).toEqual([0]);
});

test('When the connection is lost for a moment, then nothing is polled, and if it stays lost, then the thing is', async () => {
  const page = open();
  page.following.start();
  page.say('0');
  page.lose(false);
  await page.later(5_000);
  page.say('1');
  await page.later(20_000);
  expect(page.reads()).toBe(0);
  page.lose(false);
  await page.later(3_000);
  page.lose(false);
  await page.later(3_000);
  page.lose(false);
  await page.later(2_000);
  expect(page.reads()).toBe(1);
});

test('When an open stream says nothing at first, as behind a proxy that collects it, then the thing is polled', async () => {
  const page = open();
  page.following.start();
  await page.later(3_000);
  expect(page.reads()).toBe(1);
});

test('When a poll responds with an older state than the page shows, then the newer one stays', async () => {
  const page = open({ readsAtStart: true });
  page.following.start();
  page.say('2');
  await page.later(0);
  expect(page.reads()).toBe(1);
  expect(page.states.at(-1)).toBe(2);
});

test('When the thing is final, then its stream is closed', () => {
  const page = open();
  page.following.start();
  page.say('9');
  expect(page.closed()).toBe(1);
});

test('When polls fail, then they go on, and end when the thing is gone', async () => {
  const page = open({ withoutStreams: true });
  page.respond(refused(503));
  page.following.start();
  await page.later(2_000);
  expect(page.failures).toEqual([503, 503]);
  page.respond(refused(404));
  await page.later(60_000);
  expect(page.failures).toEqual([503, 503, 404]);
});

test('When following has stopped, then a response on its way is ignored, and starting opens the stream again', async () => {
  const page = open({ readsAtStart: true });
  page.following.start();
  page.respond(found(4));
  page.following.stop();
  await page.later(60_000);
  expect(page.states).toEqual([]);
  page.following.start();
  expect(page.streams).toHaveLength(2);
});
