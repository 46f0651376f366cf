import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { ServiceUnavailableError } from '@ticketing/common/errors';
import { userCreated, userUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { createPasswordHasher } from '../gateways/password-hasher.ts';
import type { UserDocument } from '../models/open-models.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let api: ReturnType<typeof supertest>;
/** For each check of a password whether there was a hash to check it against. */
const verified: boolean[] = [];
/** Whether too many wait for a new hash to be made. */
let hashPoolIsFull = false;

beforeAll(async () => {
  system = await openTestSystem();
  const real = createPasswordHasher();
  const passwordHasher = {
    ...real,
    hash: (password: string) =>
      hashPoolIsFull ? Promise.reject(new ServiceUnavailableError('Too many wait')) : real.hash(password),
    verify: (passwordHash: string | undefined, password: string) => {
      verified.push(passwordHash !== undefined);
      return real.verify(passwordHash, password);
    },
  };
  const service = await system.start((overrides) =>
    startService(readConfig(system.env), { ...overrides, passwordHasher }),
  );
  api = supertest(service.url);
});
beforeEach(() => {
  verified.length = 0;
  hashPoolIsFull = false;
});
afterAll(() => system.close());

const users = () => system.collection<UserDocument>('users');

const signedUp = async (password = 'correct horse'): Promise<{ id: string; email: string }> => {
  const { status, body } = await api.post('/api/users/signup').send({ email: `user-${newId()}@example.com`, password });
  expect(status).toBe(201);
  return body;
};

const signIn = (email: string, password: string) => api.post('/api/users/signin').send({ email, password });

test('When the password is right, then the answer is the user and the session is set', async () => {
  const user = await signedUp();
  const response = await signIn(` ${user.email.toUpperCase()}`, 'correct horse');
  expect(response.status).toBe(200);
  expect(response.body).toEqual(user);
  const [cookie = ''] = response.get('Set-Cookie') ?? [];
  const current = await api.get('/api/users/currentuser').set('Cookie', cookie.split(';')[0] ?? '');
  expect(current.body).toEqual({ currentUser: user });
  expect(await users().findOne({ email: user.email })).toMatchObject({ version: 0 });
});

test('When the password is wrong or nobody has that e-mail, then the answers are the same and so is the work', async () => {
  const user = await signedUp();
  const wrong = await signIn(user.email, 'incorrect horse');
  const unknown = await signIn(`nobody-${newId()}@example.com`, 'correct horse');
  expect(wrong.status).toBe(400);
  expect(wrong.body).toEqual({ errors: [{ message: 'Invalid credentials' }] });
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  expect([wrong, unknown].map((response) => response.get('Set-Cookie'))).toEqual([undefined, undefined]);
  expect(verified).toEqual([true, false]);
});

test.each([' correct horse', 'correct horse ', 'Correct Horse', 'correct horse'.repeat(1_000)])(
  'When the password differs in spaces, capitals or length, then it is wrong',
  async (password) => {
    const user = await signedUp();
    expect((await signIn(user.email, password)).body).toEqual({ errors: [{ message: 'Invalid credentials' }] });
  },
);

test.each([
  [{}, ['email', 'password']],
  [{ email: 'ann@example.com', password: '' }, ['password']],
  [{ email: 'ann', password: 'password' }, ['email']],
  [{ email: { $ne: null }, password: { $ne: null } }, ['email', 'password']],
])('When the body is %j, then the answer is 400 with an entry for each of %j', async (body, fields) => {
  const response = await api.post('/api/users/signin').send(body);
  expect(response.status).toBe(400);
  const entries: { field: string }[] = response.body.errors;
  expect(entries.map(({ field }) => field).toSorted()).toEqual(fields);
  expect(verified).toEqual([]);
});

test('When the hash is outdated, then a sign-in renews it once, however many come at once, and tells of it', async () => {
  const user = await signedUp();
  const outdated = await hash('correct horse', { memoryCost: 8_192, timeCost: 1 });
  await users().updateOne({ _id: user.id }, { $set: { passwordHash: outdated } });
  expect((await signIn(user.email, 'wrong')).status).toBe(400);
  expect(await users().findOne({ _id: user.id })).toMatchObject({ passwordHash: outdated, version: 0 });

  const responses = await Promise.all(Array.from({ length: 5 }, () => signIn(user.email, 'correct horse')));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const renewed = await users().findOne({ _id: user.id });
  expect(renewed?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const event = await system.eventually(() => {
    const [found, ...more] = system.events(userUpdated).filter(({ data }) => data.id === user.id);
    if (found === undefined) throw new Error('not published yet');
    expect(more).toEqual([]);
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'user', id: user.id, version: 1 });
  expect(event.data).toEqual({ id: user.id, version: 1, email: user.email });
  expect(renewed?.version).toBe(1);
  expect((await signIn(user.email, 'correct horse')).status).toBe(200);
});

test('When too many wait for a hash to be renewed too, then the sign-in succeeds and the next one renews it', async () => {
  const user = await signedUp();
  const outdated = await hash('correct horse', { memoryCost: 8_192, timeCost: 1 });
  await users().updateOne({ _id: user.id }, { $set: { passwordHash: outdated } });
  hashPoolIsFull = true;
  const response = await signIn(user.email, 'correct horse');
  expect([response.status, response.body]).toEqual([200, user]);
  expect(await users().findOne({ _id: user.id })).toMatchObject({ passwordHash: outdated, version: 0 });
  hashPoolIsFull = false;
  expect((await signIn(user.email, 'correct horse')).status).toBe(200);
  expect(await users().findOne({ _id: user.id })).toMatchObject({ version: 1 });
});

test('When 100 sign in at once, then all of them get in', async () => {
  const user = await signedUp();
  const responses = await Promise.all(Array.from({ length: 100 }, () => signIn(user.email, 'correct horse')));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
}, 60_000);

test('When a user is told of, then no message has anything of the password', async () => {
  await signedUp();
  await system.eventually(() => expect(system.events(userCreated).length).toBeGreaterThan(0));
  expect(JSON.stringify([...system.events(userCreated), ...system.events(userUpdated)])).not.toMatch(
    /argon2|password/i,
  );
});
