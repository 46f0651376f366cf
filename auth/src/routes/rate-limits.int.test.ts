import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { randomInt } from 'node:crypto';
import { newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
let redis: FaultyProxy;
let replicas: readonly Api[];

// Redis is unreachable when the services start, which must neither stop them nor turn off the limits permanently.
beforeAll(async () => {
  redis = await openFaultyProxy(process.env['REDIS_URL'] ?? '', { cut: true });
  auth = await openHarness({ RATE_LIMITS: 'on', REDIS_URL: redis.url });
  replicas = [auth.api, await auth.startReplica()];
});
afterAll(async () => {
  await auth.system.close();
  await redis.close();
});

const newAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

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

/** Waits until every replica counts requests in Redis. */
const untilLimited = () =>
  auth.system.eventually(async () => {
    for (const replica of [0, 1]) {
      const { headers } = await post('/api/users/signin', { address: newAddress(), email: newEmail(), replica });
      expect(headers).toHaveProperty('ratelimit');
    }
  });

test('When Redis is unreachable, then no request is limited or delayed; once it is reachable, the limits apply', async () => {
  const [address, email] = [newAddress(), newEmail()];
  const begin = performance.now();
  expect(await statuses('/api/users/signin', 15, () => ({ address, email }))).toEqual({ 400: 15 });
  expect(performance.now() - begin).toBeLessThan(5_000);
  redis.restore();
  await untilLimited();
  expect(await statuses('/api/users/signin', 15, () => ({ address, email }))).toEqual({ 400: 10, 429: 5 });
  redis.cut();
  await auth.system.eventually(async () => {
    expect((await post('/api/users/signin', { address, email })).status).toBe(400);
  });
  redis.restore();
  await untilLimited();
  expect((await post('/api/users/signin', { address, email })).status).toBe(429);
});

test('When many addresses try one account on two replicas, then 10 attempts a minute are allowed', async () => {
  const email = newEmail();
  const counts = await statuses('/api/users/signin', 14, (index) => ({
    address: newAddress(),
    email: index % 2 === 0 ? email : email.toUpperCase(),
    replica: index % 2,
  }));
  expect(counts).toEqual({ 400: 10, 429: 4 });
});

test('When one address tries many accounts, then 60 attempts a minute are allowed, and a refusal has Retry-After', async () => {
  const address = newAddress();
  expect(await statuses('/api/users/signin', 60, () => ({ address, email: newEmail() }))).toEqual({ 400: 60 });
  const response = await post('/api/users/signin', { address, email: newEmail(), replica: 1 });
  expect(response.status).toBe(429);
  expect(response.body).toEqual({ errors: [{ message: 'Too many requests, please try again later' }] });
  expect(Number(response.get('Retry-After'))).toBeGreaterThan(0);
  expect(Number(response.get('Retry-After'))).toBeLessThanOrEqual(60);
  expect((await post('/api/users/signin', { address: newAddress(), email: newEmail() })).status).toBe(400);
});

test('When one address signs up many accounts, then 30 a minute are allowed, and 10 for one e-mail', async () => {
  const address = newAddress();
  expect(await statuses('/api/users/signup', 32, () => ({ address, email: newEmail() }))).toEqual({ 201: 30, 429: 2 });
  const email = newEmail();
  expect(await statuses('/api/users/signup', 12, () => ({ address: newAddress(), email }))).toEqual({
    201: 1,
    400: 9,
    429: 2,
  });
});
