import { afterAll, expect, test } from '@jest/globals';
import express from 'express';
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import supertest from 'supertest';
import { connectRateLimitRedis, type RateLimitRedis } from '../service/index.ts';
import { openFaultyProxy } from '../testing/faulty-proxy.ts';
import { eventually } from '../testing/eventually.ts';
import { requireEnv } from '../testing/require-env.ts';
import { errorHandler } from './error-handler.ts';
import { rateLimit } from './rate-limit.ts';

const log: string[] = [];
const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
const opened: RateLimitRedis[] = [];
afterAll(() => Promise.all(opened.map((connection) => connection.stop())));

const connectRedis = async (url: string, isUp = true): Promise<RateLimitRedis> => {
  const connection = connectRateLimitRedis({ REDIS_URL: url, RATE_LIMITS: 'on' }, logger);
  opened.push(connection);
  if (isUp) await eventually(() => expect(connection.redis?.status).toBe('ready'));
  return connection;
};

const openReplica = (
  { redis }: RateLimitRedis,
  rule: { readonly name: string; readonly windowSeconds?: number; readonly limit?: number },
) => {
  const app = express();
  app.use((req, _res, next) => {
    req.visitor = req.get('x-forwarded-for') ?? '';
    next();
  });
  app.use(rateLimit(redis, { windowSeconds: 60, limit: 3, ...rule }));
  app.get('/', (_req, res) => {
    res.send({});
  });
  app.use(errorHandler(logger));
  const api = supertest(app);
  return async (address = '203.0.113.1'): Promise<supertest.Response> => api.get('/').set('X-Forwarded-For', address);
};

test('When a limit is reached, then the response is 429 with Retry-After, counted across replicas', async () => {
  const name = randomUUID();
  const one = openReplica(await connectRedis(requireEnv('REDIS_URL')), { name });
  const two = openReplica(await connectRedis(requireEnv('REDIS_URL')), { name });
  expect([(await one()).status, (await two()).status, (await one()).status]).toEqual([200, 200, 200]);
  for (const request of [one, two]) {
    const refused = await request();
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ errors: [{ message: 'Too many requests, please try again later' }] });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  }
  expect((await one('203.0.113.2')).status).toBe(200);
});

test('When the window is over, then requests are accepted again', async () => {
  const request = openReplica(await connectRedis(requireEnv('REDIS_URL')), {
    name: randomUUID(),
    windowSeconds: 1,
    limit: 1,
  });
  expect((await request()).status).toBe(200);
  expect((await request()).headers['retry-after']).toBe('1');
  await eventually(async () => expect((await request()).status).toBe(200));
});

test('When two IPv6 addresses are in the same /56, then they are counted together', async () => {
  const request = openReplica(await connectRedis(requireEnv('REDIS_URL')), { name: randomUUID(), limit: 1 });
  expect((await request('2001:db8:1:1::1')).status).toBe(200);
  expect((await request('2001:db8:1:1::2')).status).toBe(429);
  expect((await request('2001:db8:2:1::1')).status).toBe(200);
});

test('When Redis is unreachable at the start, then no request is limited or delayed; once it is reachable, limits apply', async () => {
  const proxy = await openFaultyProxy(requireEnv('REDIS_URL'), { cut: true });
  const request = openReplica(await connectRedis(proxy.url, false), { name: randomUUID(), limit: 1 });
  const start = performance.now();
  for (let n = 0; n < 5; n += 1) expect((await request()).status).toBe(200);
  expect(performance.now() - start).toBeLessThan(1_000);
  proxy.restore();
  await eventually(async () => expect((await request()).status).toBe(429));
  await proxy.close();
});

test('When Redis becomes unreachable, then nothing is limited and the outage is logged once; afterwards limits apply again', async () => {
  const proxy = await openFaultyProxy(requireEnv('REDIS_URL'));
  const request = openReplica(await connectRedis(proxy.url), { name: randomUUID(), limit: 1 });
  expect((await request()).status).toBe(200);
  expect((await request()).status).toBe(429);
  log.splice(0);
  proxy.cut();
  await eventually(async () => expect((await request()).status).toBe(200));
  for (let n = 0; n < 5; n += 1) expect((await request()).status).toBe(200);
  expect(log.filter((line) => line.includes('Redis is unreachable'))).toHaveLength(1);
  proxy.restore();
  await eventually(async () => expect((await request()).status).toBe(429));
  expect(log.filter((line) => line.includes('Redis reconnected'))).toHaveLength(1);
  await proxy.close();
});

test('When rate limits are off, then Redis is not used', async () => {
  const off = connectRateLimitRedis({ REDIS_URL: 'redis://127.0.0.1:1', RATE_LIMITS: 'off' }, logger);
  const request = openReplica(off, { name: randomUUID(), limit: 1 });
  for (let n = 0; n < 3; n += 1) expect((await request()).status).toBe(200);
  await off.stop();
});
