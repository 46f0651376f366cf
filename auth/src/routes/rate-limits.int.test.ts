import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { randomInt } from 'node:crypto';
import { newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

const password = 'correct horse';
/** So fast that a window does not end while a test counts in it. */
const passwordHasher = {
  hash: (secret: string) => Promise.resolve(`fast ${secret}`),
  verify: (hash: string | undefined, secret: string) => Promise.resolve(hash === `fast ${secret}`),
  isOutdated: () => false,
};
let auth: AuthHarness;
let redis: FaultyProxy;
let replicas: readonly Api[];

beforeAll(async () => {
  redis = await openFaultyProxy(process.env['REDIS_URL'] ?? '');
  auth = await openHarness({ RATE_LIMITS: 'on', REDIS_URL: redis.url }, { passwordHasher });
  replicas = [auth.api, await auth.startReplica()];
});
afterAll(async () => {
  await auth.system.close();
  await redis.close();
});

const newAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

interface Sent {
  readonly email: string;
  readonly password?: string;
  readonly address?: string;
  readonly cookie?: string;
  readonly replica?: number;
}

const post = async (path: string, sent: Sent) => {
  const api = replicas[sent.replica ?? 0];
  if (api === undefined) throw new Error('no such replica');
  return api
    .post(path)
    .set('X-Forwarded-For', sent.address ?? newAddress())
    .set('Cookie', sent.cookie ?? '')
    .send({ email: sent.email, password: sent.password ?? 'wrong' });
};

const signUp = (sent: Sent) => post('/api/users/signup', { password, ...sent });

const signIn = (sent: Sent) => post('/api/users/signin', sent);

const statuses = async (count: number, send: (index: number) => Promise<{ readonly status: number }>) => {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index += 1) {
    const { status } = await send(index);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
};

/** A new account, with the cookies of the browser that has made it. */
const newAccount = async () => {
  const email = newEmail();
  const response = await signUp({ email });
  expect(response.status).toBe(201);
  const cookieOf = (name: string) => response.get('Set-Cookie')?.find((line) => line.startsWith(`${name}=`)) ?? '';
  const setCookie = cookieOf('device');
  return { email, setCookie, cookie: setCookie.split(';')[0] ?? '', session: cookieOf('session').split(';')[0] ?? '' };
};

/** Waits until both replicas count in Redis. */
const untilShared = () =>
  auth.system.eventually(async () => {
    const email = newEmail();
    await statuses(10, () => signIn({ email }));
    expect((await signIn({ email, replica: 1 })).status).toBe(429);
  });

test('When many addresses guess the password of one account on two replicas, then 10 failures a minute are allowed', async () => {
  await untilShared();
  const email = newEmail();
  const spelt = (index: number) => (index % 2 === 0 ? email : email.toUpperCase());
  expect(await statuses(14, (index) => signIn({ email: spelt(index), replica: index % 2 }))).toEqual({
    400: 10,
    429: 4,
  });
});

test('When the owner signs in often with the right password, then nothing is counted', async () => {
  const { email } = await newAccount();
  expect(await statuses(15, () => signIn({ email, password }))).toEqual({ 200: 15 });
  expect(await statuses(12, () => signIn({ email }))).toEqual({ 400: 10, 429: 2 });
});

test('When guesses come in parallel, then no more than 10 are checked', async () => {
  const { email } = await newAccount();
  const found = await Promise.all(Array.from({ length: 40 }, () => signIn({ email })));
  expect(found.filter(({ status }) => status === 400)).toHaveLength(10);
  expect(found.filter(({ status }) => status === 429)).toHaveLength(30);
});

test('When strangers lock an account, then a browser that has signed in to it before is let in, from any address', async () => {
  const { email, cookie, setCookie } = await newAccount();
  expect(setCookie).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  const address = newAddress();
  // They also use up the limit of the owner's own address.
  expect(await statuses(60, () => signIn({ email: newEmail(), address }))).toEqual({ 400: 60 });
  expect(await statuses(12, () => signIn({ email }))).toEqual({ 400: 10, 429: 2 });
  expect((await signIn({ email, password, address })).status).toBe(429);
  expect((await signIn({ email, password })).status).toBe(429);
  const known = await signIn({ email, password, address, cookie });
  expect(known.status).toBe(200);
  expect(known.get('Set-Cookie')?.some((line) => line.startsWith('device='))).toBe(true);
});

test('When the site is https, then the cookie of a known browser has the prefix __Host-, and an earlier one is still read', async () => {
  const https = await auth.startReplica({ PUBLIC_URL: 'https://tickets.example' });
  const { email, cookie } = await newAccount();
  expect(await statuses(11, () => signIn({ email }))).toEqual({ 400: 10, 429: 1 });
  const signInWith = (sent: string) =>
    https.post('/api/users/signin').set('X-Forwarded-For', newAddress()).set('Cookie', sent).send({ email, password });
  const known = await signInWith(cookie);
  const line = known.get('Set-Cookie')?.find((each) => each.includes('device=')) ?? '';
  expect(line).toMatch(/^__Host-device=[^;]+; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/);
  const renewed = line.split(';')[0] ?? '';
  expect((await signInWith(renewed)).status).toBe(200);
  expect((await signInWith(`device=planted; ${renewed}`)).status).toBe(200);
  expect((await signInWith(`${cookie}; __Host-device=another`)).status).toBe(429);
});

test('When strangers sign up and guess with an e-mail in parallel, then a known browser of its account signs in meanwhile, at any replica', async () => {
  const { email, cookie } = await newAccount();
  const strangers = [
    ...Array.from({ length: 40 }, (_, index) => signIn({ email, replica: index % 2 })),
    ...Array.from({ length: 15 }, (_, index) => signUp({ email, replica: index % 2 })),
  ];
  for (const replica of [0, 1]) expect((await signIn({ email, password, cookie, replica })).status).toBe(200);
  const refused = (await Promise.all(strangers)).filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(30);
  expect((await signIn({ email, password })).status).toBe(429);
  for (const replica of [0, 1]) expect((await signIn({ email, password, cookie, replica })).status).toBe(200);
});

test('When a client with a session of another account guesses, then the failures count for the account in the body', async () => {
  const { session } = await newAccount();
  const { email } = await newAccount();
  expect(await statuses(6, () => signIn({ email }))).toEqual({ 400: 6 });
  expect(await statuses(6, () => signIn({ email, cookie: session }))).toEqual({ 400: 4, 429: 2 });
});

const deviceOf = (response: { get(name: 'Set-Cookie'): string[] | undefined }): string =>
  (response.get('Set-Cookie') ?? []).find((line) => line.startsWith('device='))?.split(';')[0] ?? '';

test('When a known browser guesses, then it has 10 failures a minute, and neither other known browsers nor new ones are locked out', async () => {
  const { email, cookie } = await newAccount();
  auth.system.clock.advance(1);
  const other = deviceOf(await signIn({ email, password }));
  expect(other).not.toBe(cookie);
  expect(await statuses(12, () => signIn({ email, cookie }))).toEqual({ 400: 10, 429: 2 });
  expect((await signIn({ email, password, cookie: other })).status).toBe(200);
  expect(await statuses(12, () => signIn({ email, cookie: other }))).toEqual({ 400: 10, 429: 2 });
  expect((await signIn({ email, password })).status).toBe(200);
  const unknown = newEmail();
  expect(await statuses(12, () => signIn({ email: unknown, cookie }))).toEqual({ 400: 10, 429: 2 });
});

test('When the password is reset, then browsers that knew the old one are strangers, and the one that has reset it is not', async () => {
  const { email, cookie } = await newAccount();
  await post('/api/users/password-reset', { email });
  const token = await auth.tokenFor(email, 'reset-password');
  auth.system.clock.advance(1_000);
  const reset = await auth.api.post('/api/users/password-reset/confirm').send({ token, password: 'another battery' });
  expect(reset.status).toBe(200);
  const own = deviceOf(reset);
  expect(await statuses(12, () => signIn({ email, cookie }))).toEqual({ 400: 10, 429: 2 });
  // They have used up what strangers may fail.
  expect((await signIn({ email, password: 'another battery' })).status).toBe(429);
  const owner = await signIn({ email, password: 'another battery', cookie: own });
  expect(owner.status).toBe(200);
  const session = owner.get('Set-Cookie')?.find((line) => line.startsWith('session=')) ?? '';
  auth.system.clock.advance(1_000);
  const changed = await auth.api
    .put('/api/users/password')
    .set('Cookie', session.split(';')[0] ?? '')
    .send({ currentPassword: 'another battery', newPassword: password });
  expect(changed.status).toBe(200);
  expect((await signIn({ email, password, cookie: own })).status).toBe(429);
  expect((await signIn({ email, password, cookie: deviceOf(changed) })).status).toBe(200);
});

test('When known browsers sign in with the right password, then the account has 60 sign-ins a minute for all of them, from any address', async () => {
  const { email, cookie } = await newAccount();
  auth.system.clock.advance(1);
  const cookies = [cookie, deviceOf(await signIn({ email, password }))];
  expect(await statuses(62, (index) => signIn({ email, password, cookie: cookies[index % 2] ?? '' }))).toEqual({
    200: 60,
    429: 2,
  });
  expect((await signIn({ email, password })).status).toBe(200);
});

test('When a known browser names its account at another route, then the limit of that route holds', async () => {
  const { email, cookie } = await newAccount();
  const address = newAddress();
  const signOut = () => post('/api/users/signout', { email, cookie, address });
  expect(await statuses(302, signOut)).toEqual({ 200: 300, 429: 2 });
}, 20_000);

test('When one address tries many accounts, then 60 attempts a minute are allowed, and a refusal has Retry-After', async () => {
  const address = newAddress();
  expect(await statuses(60, () => signIn({ address, email: newEmail() }))).toEqual({ 400: 60 });
  const response = await signIn({ address, email: newEmail(), replica: 1 });
  expect(response.status).toBe(429);
  expect(response.body).toEqual({ errors: [{ message: 'Too many requests, please try again later' }] });
  expect(Number(response.get('Retry-After'))).toBeGreaterThan(0);
  expect(Number(response.get('Retry-After'))).toBeLessThanOrEqual(60);
});

test('When one address signs up many accounts, then 30 a minute are allowed, and 10 for one e-mail', async () => {
  const address = newAddress();
  expect(await statuses(32, () => signUp({ address, email: newEmail() }))).toEqual({ 201: 30, 429: 2 });
  const email = newEmail();
  expect(await statuses(12, () => signUp({ email }))).toEqual({ 201: 1, 400: 9, 429: 2 });
});

test('When accounts change their e-mail to one address, then it gets five mails an hour, whichever accounts and replicas', async () => {
  const accounts = await Promise.all(Array.from({ length: 4 }, newAccount));
  const target = newEmail();
  const change = (index: number, email: string) =>
    (replicas[index % 2] ?? auth.api)
      .put('/api/users/email')
      .set('X-Forwarded-For', newAddress())
      .set('Cookie', accounts[index % 4]?.session ?? '')
      .send({ email, password });
  const spelt = (index: number) => (index % 3 === 0 ? target.toUpperCase() : ` ${target}`);
  expect(await statuses(8, (index) => change(index, spelt(index)))).toEqual({ 202: 5, 429: 3 });
  expect(await auth.mailJobs.countDocuments({ to: target, template: 'change-email' })).toBeLessThanOrEqual(5);
  expect((await change(0, newEmail())).status).toBe(202);
  // An address that has an account is refused as before: it gets no mail.
  expect(await statuses(8, (index) => change(index, accounts[3]?.email ?? ''))).toEqual({ 400: 8 });
});

test('When Redis is stopped, then each replica counts alone, passwords stay protected, and known browsers are let in', async () => {
  const { email: own, cookie } = await newAccount();
  redis.cut();
  for (const replica of [0, 1])
    await auth.system.eventually(async () => {
      const email = newEmail();
      expect(await statuses(12, () => signIn({ email, replica }))).toEqual({ 400: 10, 429: 2 });
    });
  for (const replica of [0, 1]) {
    expect(await statuses(12, () => signIn({ email: own, replica }))).toEqual({ 400: 10, 429: 2 });
    expect((await signIn({ email: own, password, cookie, replica })).status).toBe(200);
  }
  redis.restore();
  await untilShared();
});
