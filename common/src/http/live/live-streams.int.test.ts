import { afterEach, expect, test } from '@jest/globals';
import express, { type Response } from 'express';
import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import pino from 'pino';
import { eventually, readLive, type LiveReader } from '../../testing/index.ts';
import type { CurrentUser } from '../context.ts';
import { errorHandler } from '../error-handler.ts';
import { commentEveryMs } from './live-stream.ts';
import { LiveStreams, type LiveBounds } from './live-streams.ts';

const logger = pino({ level: 'silent' });
const servers: Server[] = [];
const readers: LiveReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  for (const server of servers.splice(0)) server.close();
});

/** A server with the streams of numbered things, whose states are in a map. */
const open = async (bounds: Partial<LiveBounds> = {}) => {
  const things = new Map<string, object>();
  const ended = new Set<string>();
  const state = {
    now: 0,
    isAway: false,
    receivesEvents: true,
    admit: async (_res: Response): Promise<void> => undefined,
    before: async (): Promise<void> => undefined,
    reads: 0,
  };
  const streams = new LiveStreams({
    maxStreams: 100,
    maxPerReader: 50,
    maxAgeMs: 60_000,
    ...bounds,
    sessions: { isEnded: ({ sid }: CurrentUser) => ended.has(sid) },
    logger,
    now: () => state.now,
    receivesEvents: () => state.receivesEvents,
  });
  const states = streams.of({
    read: async (id) => {
      state.reads += 1;
      const found = things.get(id);
      await state.before();
      if (state.isAway) throw new Error('the database is away');
      return found;
    },
  });
  const app = express();
  app.get('/things/:id/stream', async (req, res) => {
    const sid = req.get('x-session');
    const expiresIn = req.get('x-expires-in');
    req.clientAddress = req.get('x-address') ?? '203.0.113.1';
    if (sid !== undefined)
      req.currentUser = {
        id: `user of ${sid}`,
        email: '',
        sid,
        startedAt: 0,
        ...(expiresIn === undefined ? {} : { expiresAt: Date.now() + Number(expiresIn) }),
      };
    await state.admit(res);
    await states.open(req, res, req.params.id);
  });
  app.use(errorHandler(logger));
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    things,
    ended,
    state,
    streams,
    states,
    url,
    read: async (id: string, headers: Record<string, string> = {}) => {
      const reader = await readLive(`${url}/things/${id}/stream`, headers);
      readers.push(reader);
      return reader;
    },
  };
};

const shown = (reader: LiveReader) => reader.messages.map(({ data }) => data);

test('When a thing changes, then each reader sees the present state at once and then each new one', async () => {
  const { things, states, read } = await open();
  things.set('a', { price: 1 });
  const all = [await read('a'), await read('a')];
  for (const reader of all) {
    expect(reader.headers.get('content-type')).toBe('text/event-stream');
    expect(reader.headers.get('cache-control')).toBe('private, no-store');
    await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }]));
  }
  things.set('a', { price: 2 });
  states.changed('a');
  for (const reader of all) await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }, { price: 2 }]));
});

test('When another process shows the same state, then its id is the same, and that of another state is another', async () => {
  const [one, two] = [await open(), await open()];
  for (const { things } of [one, two]) things.set('a', { price: 1 }).set('b', { price: 2 });
  const all = [await one.read('a'), await two.read('a'), await two.read('b')];
  await eventually(() => expect(all.flatMap(shown)).toHaveLength(3));
  const ids = all.map(({ messages }) => messages[0]?.id);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('When a change is announced that shows nothing new, then nothing is sent', async () => {
  const { things, states, read } = await open();
  things.set('a', { price: 1 });
  const reader = await read('a');
  states.changed('a');
  states.changedAll();
  things.set('a', { price: 2 });
  states.changed('a');
  await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }, { price: 2 }]));
});

test('When a thing changes while it is read, then it is read again', async () => {
  const { things, states, state, read } = await open();
  things.set('a', { price: 1 });
  const reader = await read('a');
  const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
  state.before = () => going;
  states.changed('a');
  await eventually(() => expect(state.reads).toBe(2));
  things.set('a', { price: 2 });
  states.changed('a');
  goOn();
  await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }, { price: 2 }]));
});

test('When many readers come at once, then they share their reads', async () => {
  const { things, streams, state, read } = await open();
  things.set('a', { price: 1 });
  const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
  state.before = () => going;
  const all = Promise.all(Array.from({ length: 30 }, () => read('a')));
  await eventually(() => expect(streams.size).toBe(30));
  goOn();
  for (const reader of await all) await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }]));
  expect(state.reads).toBe(2);
});

test('When there is no such thing, then the response is 404; when it is gone, then its streams end', async () => {
  const { things, states, streams, read } = await open();
  expect((await read('a')).status).toBe(404);
  things.set('a', { price: 1 });
  const reader = await read('a');
  things.delete('a');
  states.changed('a');
  await eventually(() => expect(reader.isEnded).toBe(true));
  expect(reader.lines.at(-1)).toMatch(/^retry: \d+$/);
  await eventually(() => expect([streams.size, states.isEmpty]).toEqual([0, true]));
});

test('When a thing cannot be read, then the first reader gets an error, and open streams are brought up to date later', async () => {
  const { things, states, streams, state, read } = await open();
  things.set('a', { price: 1 }).set('b', { price: 1 });
  const reader = await read('a');
  state.isAway = true;
  expect((await read('b')).status).toBe(500);
  things.set('a', { price: 2 });
  states.changed('a');
  await eventually(() => expect(state.reads).toBe(3));
  state.isAway = false;
  await eventually(() => {
    streams.tick();
    expect(shown(reader)).toEqual([{ price: 1 }, { price: 2 }]);
  });
});

test('When there are as many streams as may be open, then others are refused until one is closed', async () => {
  const { things, streams, read } = await open({ maxStreams: 3, maxPerReader: 2 });
  things.set('a', {});
  const first = await read('a');
  await read('a');
  const third = await read('a');
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30']);
  const elsewhere = { 'x-address': '198.51.100.7' };
  expect((await read('a', elsewhere)).status).toBe(200);
  expect(streams.roomTaken).toBe(1);
  expect((await read('a', elsewhere)).status).toBe(503);
  first.close();
  await eventually(async () => expect((await read('a', elsewhere)).status).toBe(200));
});

test('When one address has many accounts, or one account many addresses, then neither may open more streams', async () => {
  const { things, read } = await open({ maxPerReader: 2 });
  things.set('a', {});
  const statuses = async (all: readonly Record<string, string>[]) => {
    const found: number[] = [];
    for (const headers of all) found.push((await read('a', headers)).status);
    return found;
  };
  expect(await statuses(['ann', 'ben', 'cy'].map((name) => ({ 'x-session': name })))).toEqual([200, 200, 429]);
  const addresses = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
  expect(await statuses(addresses.map((address) => ({ 'x-session': 'dee', 'x-address': address })))).toEqual([
    200, 200, 429,
  ]);
});

test('When a reader goes away before its stream is opened, then it takes no place', async () => {
  const { things, streams, states, state, url } = await open();
  things.set('a', {});
  const admitting = { begun: false, ended: false };
  state.admit = async (res) => {
    admitting.begun = true;
    await once(res, 'close');
    admitting.ended = true;
  };
  const req = request(`${url}/things/a/stream`)
    .on('error', () => undefined)
    .end();
  await eventually(() => expect(admitting.begun).toBe(true));
  req.destroy();
  await eventually(() => expect(admitting.ended).toBe(true));
  expect([streams.size, states.isEmpty]).toEqual([0, true]);
});

test('When only the head is requested, then it is that of the stream, and no stream is opened', async () => {
  const { things, streams, url } = await open();
  things.set('a', {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: (number | undefined)[] = [];
  for (const id of ['a', 'none', 'a']) {
    const [res] = await once(
      request(`${url}/things/${id}/stream`, { method: 'HEAD', agent, timeout: 2_000 }).end(),
      'response',
    );
    statuses.push(res.statusCode);
    if (res.statusCode === 200) expect(res.headers['content-type']).toBe('text/event-stream');
    res.resume();
  }
  agent.destroy();
  expect(statuses).toEqual([200, 404, 200]);
  expect(streams.size).toBe(0);
});

test('When a stream is opened while the process ends, then it shows the state and ends', async () => {
  const { things, streams, state, read } = await open();
  things.set('a', {});
  const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
  state.before = () => going;
  const opening = read('a');
  await eventually(() => expect(streams.size).toBe(1));
  streams.endAll();
  goOn();
  const reader = await opening;
  await eventually(() => {
    streams.tick();
    expect(reader.isEnded).toBe(true);
  });
  expect(shown(reader)).toEqual([{}]);
  expect(reader.lines.at(-1)).toMatch(/^retry: \d+$/);
});

test('When the token of a session expires, then its streams end', async () => {
  const { things, streams, state, read } = await open();
  things.set('a', {});
  const reader = await read('a', { 'x-session': 'ann', 'x-expires-in': '5000' });
  await eventually(() => expect(shown(reader)).toEqual([{}]));
  state.now = 4_000;
  streams.tick();
  state.now = 5_000;
  expect(reader.isEnded).toBe(false);
  streams.tick();
  await eventually(() => expect(reader.isEnded).toBe(true));
});

test('When no events are received, then what is looked at is read again after a while', async () => {
  const { things, streams, state, read } = await open();
  things.set('a', { price: 1 });
  const reader = await read('a');
  await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }]));
  streams.tick();
  things.set('a', { price: 2 });
  state.receivesEvents = false;
  state.now = 19_000;
  streams.tick();
  expect(state.reads).toBe(1);
  state.now = 20_000;
  streams.tick();
  await eventually(() => expect(shown(reader)).toEqual([{ price: 1 }, { price: 2 }]));
});

test('When nothing changes, then a comment is sent at least every 15 s', async () => {
  const { things, streams, state, read } = await open();
  things.set('a', {});
  const reader = await read('a');
  const comments = () => reader.lines.filter((line) => line === ':').length;
  state.now = commentEveryMs;
  streams.tick();
  await eventually(() => expect(comments()).toBe(1));
  streams.tick();
  state.now = 2 * commentEveryMs;
  streams.tick();
  await eventually(() => expect(comments()).toBe(2));
});

test.each([
  ['its session has ended', ({ ended }) => ended.add('ann'), false],
  ['it is as old as a stream may be', ({ state }) => (state.now = 60_000), true],
  ['the process ends', ({ streams }) => streams.endAll(), true],
] as const satisfies readonly (readonly [string, (opened: Awaited<ReturnType<typeof open>>) => unknown, boolean])[])(
  'When %s, then the stream says when to come back, and ends',
  async (_why, happen, endsAll) => {
    const opened = await open();
    opened.things.set('a', {});
    const reader = await opened.read('a', { 'x-session': 'ann' });
    const other = await opened.read('a');
    await eventually(() => expect([...shown(reader), ...shown(other)]).toEqual([{}, {}]));
    happen(opened);
    opened.streams.tick();
    await eventually(() => expect(reader.isEnded).toBe(true));
    expect(reader.lines.at(-1)).toMatch(/^retry: [1-5]\d{3}$/);
    if (endsAll) await eventually(() => expect(other.isEnded).toBe(true));
    else expect(other.isEnded).toBe(false);
  },
);

/** A stream that nobody reads, of a thing that has changed 60 times since; each state has so many bytes. */
const openUnread = async ({ things, states, state, url }: Awaited<ReturnType<typeof open>>, bytes: number) => {
  const text = 'x'.repeat(bytes);
  things.set('a', { version: 0, text });
  const req = request(`${url}/things/a/stream`).end();
  const [res] = await once(req, 'response');
  res.pause();
  for (let version = 1; version <= 60; version += 1) {
    things.set('a', { version, text });
    states.changed('a');
    await eventually(() => expect(state.reads).toBe(version + 1));
  }
  return { req, res };
};

test('When a reader does not read, then only the newest state waits for it, and it is cut off when a comment is due', async () => {
  const opened = await open();
  const { streams, state } = opened;
  const { req } = await openUnread(opened, 256 * 1024);
  expect(streams.size).toBe(1);
  state.now = commentEveryMs;
  streams.tick();
  await eventually(() => expect(streams.size).toBe(0));
  req.destroy();
});

test('When a slow reader reads again, then it gets the newest state, not all that it has missed', async () => {
  const opened = await open();
  const { req, res } = await openUnread(opened, 1024 * 1024);
  let received = '';
  res.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  res.resume();
  await eventually(() => expect(received).toContain('"version":60'));
  expect(received.match(/"version":/g)?.length).toBeLessThan(30);
  req.destroy();
});

test('When a reader does not read the end of its stream either, then it is cut off', async () => {
  const opened = await open();
  const { streams, state } = opened;
  const { req } = await openUnread(opened, 256 * 1024);
  streams.endAll();
  expect(streams.size).toBe(1);
  await eventually(() => {
    state.now += commentEveryMs;
    streams.tick();
    expect(streams.size).toBe(0);
  });
  req.destroy();
});
