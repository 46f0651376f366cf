import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openFaultyProxy, openTestSystem, type FaultyProxy, type TestSystem } from '@ticketing/common/testing';
import { randomInt } from 'node:crypto';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let redis: FaultyProxy;
let replicas: ReturnType<typeof supertest>[];

// Redis is away when the services start: that must neither stop them nor switch the limits off for good.
beforeAll(async () => {
  system = await openTestSystem();
  redis = await openFaultyProxy(system.env.REDIS_URL ?? '', { cut: true });
  const env = { ...system.env, RATE_LIMITS: 'on', REDIS_URL: redis.url };
  const start = () => system.start((overrides) => startService(readConfig(env), overrides));
  replicas = (await Promise.all([start(), start()])).map(({ url }) => supertest(url));
});
afterAll(async () => {
  await system.close();
  await redis.close();
});

const newAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
const newEmail = (): string => `user-${newId()}@example.com`;

const post = async (path: string, request: { address: string; email: string; replica?: number }) => {
  const api = replicas[request.replica ?? 0];
  if (api === undefined) throw new Error('no such replica');
  return api.post(path).set('X-Forwarded-For', request.address).send({ email: request.email, password: 'password' });
};

const statuses = async (path: string, count: number, request: (index: number) => Parameters<typeof post>[1]) => {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index += 1) {
    const { status } = await post(path, request(index));
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
};

/** Waits until the services count again. */
const counting = () =>
  system.eventually(async () => {
    for (const replica of [0, 1]) {
      const { headers } = await post('/api/users/signin', { address: newAddress(), email: newEmail(), replica });
      expect(headers).toHaveProperty('ratelimit');
    }
  });

test('When Redis is away, then nothing is limited and nothing waits; once it is there, the limits hold', async () => {
  const [address, email] = [newAddress(), newEmail()];
  const begin = performance.now();
  expect(await statuses('/api/users/signin', 15, () => ({ address, email }))).toEqual({ 400: 15 });
  expect(performance.now() - begin).toBeLessThan(5_000);
  redis.restore();
  await counting();
  expect(await statuses('/api/users/signin', 15, () => ({ address, email }))).toEqual({ 400: 10, 429: 5 });
  redis.cut();
  await system.eventually(async () => {
    expect((await post('/api/users/signin', { address, email })).status).toBe(400);
  });
  redis.restore();
  await counting();
  expect((await post('/api/users/signin', { address, email })).status).toBe(429);
});

test('When one account is tried from many addresses on two replicas, then 10 a minute get through', async () => {
  const email = newEmail();
  const counts = await statuses('/api/users/signin', 14, (index) => ({
    address: newAddress(),
    email: index % 2 === 0 ? email : email.toUpperCase(),
    replica: index % 2,
  }));
  expect(counts).toEqual({ 400: 10, 429: 4 });
});

test('When one address tries many accounts, then 60 a minute get through, and the refusal says when to come again', async () => {
  const address = newAddress();
  expect(await statuses('/api/users/signin', 60, () => ({ address, email: newEmail() }))).toEqual({ 400: 60 });
  const response = await post('/api/users/signin', { address, email: newEmail(), replica: 1 });
  expect(response.status).toBe(429);
  expect(response.body).toEqual({ errors: [{ message: 'Too many requests, please try again later' }] });
  expect(Number(response.get('Retry-After'))).toBeGreaterThan(0);
  expect(Number(response.get('Retry-After'))).toBeLessThanOrEqual(60);
  expect((await post('/api/users/signin', { address: newAddress(), email: newEmail() })).status).toBe(400);
});

test('When one address signs up many accounts, then 30 a minute are made; for one e-mail 10 are tried', async () => {
  const address = newAddress();
  expect(await statuses('/api/users/signup', 32, () => ({ address, email: newEmail() }))).toEqual({ 201: 30, 429: 2 });
  const email = newEmail();
  expect(await statuses('/api/users/signup', 12, () => ({ address: newAddress(), email }))).toEqual({
    201: 1,
    400: 9,
    429: 2,
  });
});
