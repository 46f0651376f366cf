import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import pino from 'pino';
import supertest from 'supertest';
import { BadRequestError } from '../../errors/index.ts';
import { Metrics, openSite } from '../../service/index.ts';
import { eventually } from '../../testing/eventually.ts';
import { openFaultyProxy } from '../../testing/faulty-proxy.ts';
import { requireProgram } from '../../testing/find-program.ts';
import { requireEnv } from '../../testing/require-env.ts';
import { openServerProcess, type ServerProcess } from '../../testing/server-process.ts';
import { buildApp, type Site } from '../build-app.ts';
import { errorHandler } from '../error-handler.ts';
import { on, route, serve, signedIn } from '../route.ts';
import { limits, type LimitName } from './limits.ts';

/** With it a process counts alone from its first request. */
const unreachable = 'redis://127.0.0.1:1';
const log: string[] = [];
const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
const opened: { stop(): Promise<void> }[] = [];
let ownRedis: ServerProcess;

beforeAll(async () => {
  ownRedis = await openServerProcess({
    program: await requireProgram('redis-server'),
    flags: (port) => ({ port, bind: '127.0.0.1', save: '' }),
  });
});
afterAll(async () => {
  await Promise.all(opened.map((site) => site.stop()));
  await ownRedis.close();
});

interface Options {
  readonly name?: string;
  readonly limit?: LimitName;
  readonly redisUrl?: string;
  readonly handle?: RequestHandler;
}

/** The header names an account that knows the device, and the device. */
const deviceOf = (email: string, headers: IncomingHttpHeaders): string | undefined =>
  String(headers['x-device']).split(' ')[0] === email ? String(headers['x-device']) : undefined;

/** On a slow machine too, requests are counted in Redis while it is reachable. */
const patience = { redisTimeoutMs: 15_000 };

const openLimits = (
  name: string,
  redisUrl: string,
  options: { readonly rateLimits?: 'on' | 'off'; readonly redisTimeoutMs?: number | undefined } = patience,
): Site => {
  const { rateLimits = 'on', redisTimeoutMs } = options;
  const site = openSite(
    { name, logger, metrics: new Metrics(), redisTimeoutMs },
    {
      JWT_KEY: ['a key of 32 bytes for tests only'],
      PUBLIC_URL: 'http://tickets.example',
      TRUST_PROXY: () => false,
      REDIS_URL: redisUrl,
      RATE_LIMITS: rateLimits,
    },
    {
      sessions: { isEnded: () => false, confirm: async (user) => user },
      namedAccount: ({ body, headers }) =>
        typeof body?.email === 'string'
          ? { key: body.email, knownDevice: async () => deviceOf(body.email, headers) }
          : undefined,
    },
  );
  opened.push(site);
  return site;
};

/** A service with one route, and a function that sends it a request. */
const open = ({ name = randomUUID(), limit = 'paying', redisUrl, handle }: Options = {}, site?: Site) => {
  const { limiter } = site ?? openLimits(name, redisUrl ?? requireEnv('REDIS_URL'));
  const app = express();
  app.use(express.json(), (req, _res, next) => {
    req.clientAddress = req.get('x-forwarded-for') ?? '203.0.113.1';
    const id = req.get('x-account');
    if (id !== undefined) req.currentUser = { id, email: `${id}@example.com`, sid: id, startedAt: 0 };
    next();
  });
  const answer = route(
    { name: 'answer', response: { description: 'Empty' } },
    () => handle ?? ((_req, res) => void res.json({})),
  );
  serve([on.post('/', limit, [], answer)], undefined)(app, limiter);
  app.use(errorHandler(logger));
  const api = supertest(app);
  return async (headers: Readonly<Record<string, string>> = {}, body = {}) => api.post('/').set(headers).send(body);
};

type Ask = ReturnType<typeof open>;

/** How many of so many requests, sent at once in small groups, got each status. */
const statuses = async (ask: Ask, count: number, headers: (index: number) => Readonly<Record<string, string>>) => {
  const counts: Record<number, number> = {};
  for (let sent = 0; sent < count; sent += 20) {
    const group = Array.from({ length: Math.min(20, count - sent) }, (_, index) => ask(headers(sent + index)));
    for (const { status } of await Promise.all(group)) counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
};

const from = (account: string) => (index: number) => ({
  'x-account': account,
  'x-forwarded-for': `10.0.${index % 200}.1`,
});

/** Waits until both replicas count in Redis. */
const untilShared = (one: Ask, two: Ask): Promise<void> =>
  eventually(async () => {
    const account = from(randomUUID());
    await statuses(one, 30, account);
    expect((await two(account(0))).status).toBe(429);
  });

test('When a limit is reached, then the answer is 429 with Retry-After, counted over all replicas', async () => {
  const name = randomUUID();
  const [one, two] = [open({ name }), open({ name })];
  await untilShared(one, two);
  expect(await statuses(one, 20, from('ann'))).toEqual({ 200: 20 });
  expect(await statuses(two, 20, from('ann'))).toEqual({ 200: 10, 429: 10 });
  const refused = await one(from('ann')(0));
  expect(refused.body).toEqual({ errors: [{ message: 'Too many requests, please try again later' }] });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await one(from('bob')(0))).status).toBe(200);
});

const v6 = (index: number) => ({
  'x-account': `user-${index}`,
  'x-forwarded-for': `2001:db8:1:1${index % 4}::${index}`,
});

test('When many accounts share an address, then the address has a limit too; an IPv6 network counts as one', async () => {
  const ask = open({ redisUrl: unreachable });
  expect(await statuses(ask, 80, (index) => ({ 'x-account': `user-${index}` }))).toEqual({ 200: 60, 429: 20 });
  expect(await statuses(ask, 80, v6)).toEqual({ 200: 60, 429: 20 });
  expect((await ask({ 'x-account': 'a', 'x-forwarded-for': '2001:db8:2::1' })).status).toBe(200);
});

test('When a limit counts what succeeded, then refusals do not count, and neither do parallel requests exceed it', async () => {
  let accepted = 0;
  const outcomes = { refuse: true };
  const ask = open({
    limit: 'ordering',
    handle: async (_req, res) => {
      if (outcomes.refuse) throw new BadRequestError('Ticket is already reserved');
      accepted += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      res.status(201).json({});
    },
  });
  const parallel = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => ask(from('ann')(index))));
  expect(new Set((await parallel(200)).map(({ status }) => status))).toEqual(new Set([400]));
  outcomes.refuse = false;
  const found = (await parallel(90)).map(({ status }) => status);
  expect(found.filter((status) => status === 201)).toHaveLength(60);
  expect(found.filter((status) => status === 429)).toHaveLength(30);
  expect(accepted).toBe(60);
  const refused = await ask(from('ann')(0));
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
  expect((await ask(from('bob')(0))).status).toBe(201);
});

test('When a limit is that of the account in the body, then a session does not change it, and known devices have another', async () => {
  const ask = open({
    limit: 'signingIn',
    redisUrl: unreachable,
    handle: () => Promise.reject(new BadRequestError('Invalid credentials')),
  });
  const send = async (index: number, email: string, more = {}) =>
    (await ask({ ...from(`user-${index}`)(index), ...more }, { email })).status;
  const failures = async (email: string, more = {}) => {
    const found: number[] = [];
    for (let index = 0; index < 12; index += 1) found.push(await send(index, email, more));
    return found.filter((status) => status === 400).length;
  };
  expect(await failures('ann')).toBe(10);
  expect(await failures('ann', { 'x-device': 'ann one' })).toBe(10);
  expect(await failures('ann', { 'x-device': 'ann two' })).toBe(10);
  expect(await failures('bob', { 'x-device': 'ann' })).toBe(10);
});

test('When a limit counts by the e-mail in the body too, then it holds for all accounts together, in parallel, and refusals do not count', async () => {
  const outcomes = { refuse: true };
  const ask = open({
    limit: 'changingEmail',
    handle: async (_req, res) => {
      if (outcomes.refuse) throw new BadRequestError('Email in use');
      res.status(202).json({});
    },
  });
  const send = async (email: string) => {
    const sent = Array.from({ length: 12 }, (_, index) => ask(from(`user-${index}`)(index), { email }));
    return (await Promise.all(sent)).map(({ status }) => status).toSorted((one, other) => one - other);
  };
  expect(new Set(await send('ann'))).toEqual(new Set([400]));
  outcomes.refuse = false;
  expect(await send('ann')).toEqual([...Array<number>(5).fill(202), ...Array<number>(7).fill(429)]);
  // Those that were refused count for no account.
  expect(await send('bob')).toEqual([...Array<number>(5).fill(202), ...Array<number>(7).fill(429)]);
  const own = await Promise.all(
    Array.from({ length: 12 }, (_, index) => ask(from('carl')(index), { email: `${index}` })),
  );
  expect(own.filter(({ status }) => status === 429)).toHaveLength(2);
});

test('When a known device signs in from one address to many accounts, then the address has a limit too', async () => {
  const ask = open({ limit: 'signingIn', redisUrl: unreachable });
  const counts: Record<number, number> = {};
  for (let index = 0; index < 310; index += 1) {
    const email = `user-${index}`;
    const { status } = await ask({ 'x-device': email }, { email });
    counts[status] = (counts[status] ?? 0) + 1;
  }
  expect(counts).toEqual({ 200: 300, 429: 10 });
}, 20_000);

test('When a client goes away before its answer, then what it did counts all the same', async () => {
  const done = Promise.withResolvers<void>();
  let count = 0;
  const ask = open({
    limit: 'ordering',
    redisUrl: unreachable,
    handle: async (_req, res) => {
      if (++count <= 60) await done.promise;
      res.status(201).json({});
    },
  });
  const gone = Array.from({ length: 60 }, (_, index) => ask(from('ann')(index)));
  await eventually(() => expect(count).toBe(60));
  done.resolve();
  await Promise.all(gone);
  expect((await ask(from('ann')(0))).status).toBe(429);
});

test('When Redis is unreachable from the start, then this process counts, and nobody waits', async () => {
  const proxy = await openFaultyProxy(requireEnv('REDIS_URL'), { cut: true });
  const ask = open({ redisUrl: proxy.url });
  const start = performance.now();
  expect(await statuses(ask, 40, from('ann'))).toEqual({ 200: 30, 429: 10 });
  expect(performance.now() - start).toBeLessThan(3_000);
  await proxy.close();
});

test('When Redis goes away, then this process counts, which one line logs, and its return is noticed', async () => {
  const proxy = await openFaultyProxy(requireEnv('REDIS_URL'));
  const name = randomUUID();
  const [ask, replica] = [open({ name, redisUrl: proxy.url }), open({ name })];
  await untilShared(replica, ask);
  log.splice(0);
  proxy.cut();
  await eventually(() => ask(from(randomUUID())(0)).then(() => expect(log.join()).toContain('Redis is unreachable')));
  expect(await statuses(ask, 40, from(randomUUID()))).toEqual({ 200: 30, 429: 10 });
  expect(log.filter((line) => line.includes('Redis is unreachable'))).toHaveLength(1);
  proxy.restore();
  await untilShared(replica, ask);
  expect(log.filter((line) => line.includes('Redis counts for the rate limits again'))).toHaveLength(1);
  await proxy.close();
}, 20_000);

test('When Redis is full or hangs, then this process counts, and one request a second waits at most', async () => {
  const redis = new Redis(ownRedis.port, '127.0.0.1');
  const ask = open({}, openLimits(randomUUID(), `redis://127.0.0.1:${ownRedis.port}`, {}));
  await eventually(async () => {
    await ask(from(randomUUID())(0));
    expect(await redis.keys('rate:*')).not.toEqual([]);
  });
  await redis.config('SET', 'maxmemory', '1');
  expect(await statuses(ask, 40, from(randomUUID()))).toEqual({ 200: 30, 429: 10 });
  await redis.config('SET', 'maxmemory', '0');
  await ownRedis.freeze();
  const start = performance.now();
  expect(await statuses(ask, 40, from(randomUUID()))).toEqual({ 200: 30, 429: 10 });
  expect(performance.now() - start).toBeLessThan(3_000);
  ownRedis.thaw();
  redis.disconnect();
}, 20_000);

/** A service with one route and the middleware of every service. */
const openApp = (redisUrl: string) => {
  const site = openLimits(randomUUID(), redisUrl);
  const answer = route({ name: 'answer', response: { description: 'Empty' } }, () => (_req, res) => void res.json({}));
  const app = buildApp(
    {
      logger,
      now: () => new Date(),
      site,
      database: { isUp: () => true, onDown: () => undefined },
      taken: () => undefined,
      observe: () => undefined,
    },
    serve([on.post('/', 'paying', [signedIn], answer)], undefined),
  );
  return { app, site };
};

test('When an address requests paths without a route, then it is limited before a body is read', async () => {
  const { app, site } = openApp(unreachable);
  const counter = { key: `rate:${site.limiter?.prefix}:unknownPath:address:127.0.0.1`, ...limits.unknownPath.address };
  for (let count = 0; count < counter.limit - 2; count += 1) await site.limiter?.counters.count(counter);
  const send = async (path: string, body: string) =>
    (await supertest(app).post(path).set('content-type', 'application/json').send(body)).status;
  expect([await send('/nowhere', '{}'), await send('/nowhere', '{}')]).toEqual([404, 404]);
  expect(await send('/nowhere', '{')).toBe(429);
  expect((await supertest(app).get('/')).status).toBe(429);
  expect(await send('/', '{}')).toBe(401);
});

test('When this process has refused an account, then it refuses it again before it reads a body', async () => {
  const { app, site } = openApp(requireEnv('REDIS_URL'));
  const send = async (user: string, body: string) => {
    const jwt = site.tokens.sign({ id: user, email: `${user}@example.com`, sid: user, startedAt: 0 });
    const cookie = `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;
    return supertest(app).post('/').set({ cookie, 'content-type': 'application/json' }).send(body);
  };
  expect((await send('ann', '{')).status).toBe(400);
  // Until Redis is connected, a refusal is remembered for a second only.
  await eventually(async () => {
    await Promise.all(Array.from({ length: 31 }, () => send('ann', '{}')));
    expect((await send('ann', '{')).status).toBe(429);
  });
  expect((await send('bob', '{')).status).toBe(400);
});

test('When one address reads a lot at once, then its requests run two at a time, and another address does not wait', async () => {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const ask = open({
    limit: 'reading',
    handle: async (req, res) => {
      if (req.clientAddress === 'slow') {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
      }
      res.json({});
    },
  });
  const slow = Array.from({ length: 6 }, () => ask({ 'x-forwarded-for': 'slow' }));
  await eventually(() => expect(running).toBe(2));
  expect((await ask({ 'x-forwarded-for': 'other' })).status).toBe(200);
  gate.resolve();
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  expect(most).toBe(2);
});

test('When rate limits are off, then no Redis is needed', async () => {
  const ask = open({}, openLimits(randomUUID(), unreachable, { rateLimits: 'off' }));
  expect(await statuses(ask, 80, from('ann'))).toEqual({ 200: 80 });
});
