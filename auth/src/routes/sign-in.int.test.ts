import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { ServiceUnavailableError } from '@ticketing/common/errors';
import { userCreated, userUpdated } from '@ticketing/common/events';
import { createPasswordHasher } from '../gateways/password-hasher.ts';
import { newEmail, openHarness, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
/** For each password check whether the account, and so a hash, existed. */
const verified: boolean[] = [];
/** Whether new hashes are refused because too many requests wait. */
let hashPoolIsFull = false;

beforeAll(async () => {
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
  auth = await openHarness({}, { passwordHasher });
});
beforeEach(() => {
  verified.length = 0;
  hashPoolIsFull = false;
});
afterAll(() => auth.system.close());

const signedUp = async (password = 'correct horse'): Promise<{ id: string; email: string }> => {
  const { status, body } = await auth.signUp(newEmail(), password);
  expect(status).toBe(201);
  return body;
};

test('When the password is right, then the response has the user and sets the session', async () => {
  const user = await signedUp();
  const response = await auth.signIn(` ${user.email.toUpperCase()}`, 'correct horse');
  expect(response.status).toBe(200);
  expect(response.body).toEqual(user);
  expect(await auth.currentUser(response)).toEqual(user);
  expect(await auth.users.findOne({ email: user.email })).toMatchObject({ version: 0 });
});

test('When the password is wrong or no account has the e-mail, then the responses are the same and a hash is computed for both', async () => {
  const user = await signedUp();
  const wrong = await auth.signIn(user.email, 'incorrect horse');
  const unknown = await auth.signIn(newEmail(), 'correct horse');
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
    expect((await auth.signIn(user.email, password)).body).toEqual({ errors: [{ message: 'Invalid credentials' }] });
  },
);

test.each(['1234', 'password', 'annabelle@example.com'])(
  'When an account has the password %j from before new passwords were checked, then its owner signs in',
  async (password) => {
    const user = await signedUp();
    await auth.users.updateOne(
      { _id: user.id },
      { $set: { passwordHash: await createPasswordHasher().hash(password) } },
    );
    expect((await auth.signIn(user.email, password)).status).toBe(200);
    expect((await auth.signIn(user.email, 'correct horse')).status).toBe(400);
  },
);

test.each([
  [{}, ['email', 'password']],
  [{ email: 'ann@example.com', password: '' }, ['password']],
  [{ email: 'ann', password: 'password' }, ['email']],
  [{ email: { $ne: null }, password: { $ne: null } }, ['email', 'password']],
])('When the body is %j, then the response is 400 with an entry for each of %j', async (body, fields) => {
  const response = await auth.api.post('/api/users/signin').send(body);
  expect(response.status).toBe(400);
  const entries: { field: string }[] = response.body.errors;
  expect(entries.map(({ field }) => field).toSorted()).toEqual(fields);
  expect(verified).toEqual([]);
});

test('When the hash is outdated, then concurrent sign-ins renew it once and one event is published', async () => {
  const user = await signedUp();
  const outdated = await hash('correct horse', { memoryCost: 8_192, timeCost: 1 });
  await auth.users.updateOne({ _id: user.id }, { $set: { passwordHash: outdated } });
  expect((await auth.signIn(user.email, 'wrong')).status).toBe(400);
  expect(await auth.users.findOne({ _id: user.id })).toMatchObject({ passwordHash: outdated, version: 0 });

  const responses = await Promise.all(Array.from({ length: 5 }, () => auth.signIn(user.email, 'correct horse')));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const renewed = await auth.users.findOne({ _id: user.id });
  expect(renewed?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const event = await auth.system.eventually(() => {
    const [found, ...more] = auth.system.events(userUpdated).filter(({ data }) => data.id === user.id);
    if (found === undefined) throw new Error('not published yet');
    expect(more).toEqual([]);
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'user', id: user.id, version: 1 });
  expect(event.data).toEqual({ id: user.id, version: 1, email: user.email });
  expect(renewed?.version).toBe(1);
  expect((await auth.signIn(user.email, 'correct horse')).status).toBe(200);
});

test('When the hasher is too busy to renew an outdated hash, then the sign-in succeeds and the next one renews it', async () => {
  const user = await signedUp();
  const outdated = await hash('correct horse', { memoryCost: 8_192, timeCost: 1 });
  await auth.users.updateOne({ _id: user.id }, { $set: { passwordHash: outdated } });
  hashPoolIsFull = true;
  const response = await auth.signIn(user.email, 'correct horse');
  expect([response.status, response.body]).toEqual([200, user]);
  expect(await auth.users.findOne({ _id: user.id })).toMatchObject({ passwordHash: outdated, version: 0 });
  hashPoolIsFull = false;
  expect((await auth.signIn(user.email, 'correct horse')).status).toBe(200);
  expect(await auth.users.findOne({ _id: user.id })).toMatchObject({ version: 1 });
});

test('When there are 100 sign-ins at once, then all of them succeed', async () => {
  const user = await signedUp();
  const responses = await Promise.all(Array.from({ length: 100 }, () => auth.signIn(user.email, 'correct horse')));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
}, 60_000);

test('When user events are published, then they contain neither password nor hash', async () => {
  await signedUp();
  await auth.system.eventually(() => expect(auth.system.events(userCreated).length).toBeGreaterThan(0));
  expect(JSON.stringify([...auth.system.events(userCreated), ...auth.system.events(userUpdated)])).not.toMatch(
    /argon2|password/i,
  );
});
