import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { randomBytes } from 'node:crypto';
import type { PasskeyChallenge } from '../models/passkey-challenge.ts';
import type { PasskeyDocument } from '../models/passkey.ts';
import { createAuthenticator, type Claims } from '../test/authenticator.ts';
import { cookieOf, newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

const site = new URL('http://localhost:3000');
let auth: AuthHarness;
let replica: Api;
/** Everything that the service logs. */
let output = '';
/** Called with each command that the service sends to its database. */
let onDatabaseCommand: (command: Record<string, unknown>) => void = () => undefined;

beforeAll(async () => {
  const logger = createLogger({ service: 'auth', level: 'info', write: (line) => void (output += line) });
  auth = await openHarness({}, { logger, onDatabaseCommand: (command) => onDatabaseCommand(command) });
  replica = await auth.startReplica();
});
beforeEach(() => {
  output = '';
  onDatabaseCommand = () => undefined;
});
afterAll(() => auth.system.close());

type Authenticator = ReturnType<typeof createAuthenticator>;

const recorded = (): Record<string, unknown>[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ log }) => log === 'security');

const passkeys = () => auth.system.collection<PasskeyDocument>('passkeys');
const challenges = () => auth.system.collection<PasskeyChallenge>('passkey-challenges');

const newUser = async () => {
  const response = await auth.signUp(newEmail());
  const cookie = cookieOf(response);
  const { id, email }: { id: string; email: string } = response.body;
  return { id, email, cookie };
};

type User = Awaited<ReturnType<typeof newUser>>;

const creationOptions = async ({ cookie }: User) => {
  const { status, body } = await auth.api.post('/api/users/passkeys/options').set('Cookie', cookie).send({});
  expect(status).toBe(200);
  return body;
};

const add = ({ cookie }: User, body: object, api = auth.api) =>
  api
    .post('/api/users/passkeys')
    .set('Cookie', cookie)
    .send({ name: 'Phone', ...body });

const list = async ({ cookie }: User) => {
  const { status, body } = await auth.api.get('/api/users/passkeys').set('Cookie', cookie);
  expect(status).toBe(200);
  return body;
};

/** A user with a passkey. */
const newOwner = async (authenticator = createAuthenticator({ site })) => {
  const user = await newUser();
  const added = await add(user, authenticator.create(await creationOptions(user)));
  expect(added.status).toBe(201);
  output = '';
  return { user, authenticator };
};

const requestOptions = async () => {
  const { status, body } = await auth.api.post('/api/users/passkeys/signin/options').send({});
  expect(status).toBe(200);
  return body;
};

const send = (response: object, api = auth.api) => api.post('/api/users/passkeys/signin').send(response);

const signIn = async (authenticator: Authenticator, claims?: Claims) =>
  send(authenticator.get(await requestOptions(), claims));

const sortedStatuses = (responses: readonly { readonly status: number }[]): number[] =>
  responses.map(({ status }) => status).toSorted((one, other) => one - other);

const expectRefused = (response: Awaited<ReturnType<typeof send>>) => {
  expect([response.status, response.body]).toEqual([400, { errors: [{ message: 'Invalid credentials' }] }]);
  expect(response.get('Set-Cookie')).toBeUndefined();
};

test('When a user adds a passkey, then its options name the account by its id and require a discoverable, verifying passkey', async () => {
  const { user, authenticator } = await newOwner();
  const options = await creationOptions(user);
  expect(options).toMatchObject({
    rp: { id: 'localhost', name: 'Foyer' },
    user: { id: Buffer.from(user.id).toString('base64url'), name: user.email },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: [{ id: authenticator.id, transports: ['internal', 'hybrid'] }],
  });
  expect(await requestOptions()).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
});

test('When a user adds a passkey, then it is listed, recorded, and signs them in at any replica without an e-mail', async () => {
  const user = await newUser();
  const authenticator = createAuthenticator({ site });
  const response = authenticator.create(await creationOptions(user));
  const added = await add(user, { ...response, name: '  Phone ' }, replica);
  expect(added.status).toBe(201);
  expect(added.body).toEqual({ id: authenticator.id, name: 'Phone', createdAt: expect.any(String) });
  expect(added.get('Cache-Control')).toContain('no-store');
  expect(await list(user)).toEqual([added.body]);
  expect(recorded().at(-1)).toMatchObject({ event: 'passkey_added', userId: user.id });

  const signedIn = await send(authenticator.get(await requestOptions()), replica);
  expect(signedIn.status).toBe(200);
  expect(signedIn.body).toEqual({ id: user.id, email: user.email, emailVerified: false });
  expect(await auth.currentUser(signedIn)).toEqual(signedIn.body);
  expect(signedIn.get('Set-Cookie')?.map((line) => line.split('=', 1)[0])).toEqual(['session', 'device']);
  expect(recorded().at(-1)).toMatchObject({ event: 'signed_in', userId: user.id });
  expect(await list(user)).toEqual([{ ...added.body, lastUsedAt: expect.any(String) }]);
});

test('When a browser with a session signs in with a passkey, then that session ends, and after a refusal it goes on', async () => {
  const { authenticator } = await newOwner();
  const visitor = await auth.signUp(newEmail());
  const use = async (claims?: Claims) => {
    const response = authenticator.get(await requestOptions(), claims);
    return auth.api.post('/api/users/passkeys/signin').set('Cookie', cookieOf(visitor)).send(response);
  };
  expectRefused(await use({ isVerified: false }));
  expect(await auth.currentUser(visitor)).not.toBeNull();
  expect((await use()).status).toBe(200);
  expect(recorded().slice(-2)).toEqual([
    expect.objectContaining({ event: 'session_ended', userId: visitor.body.id }),
    expect.objectContaining({ event: 'signed_in' }),
  ]);
  expect(await auth.currentUser(visitor)).toBeNull();
});

test('When an authenticator does not count, then it signs in again and again', async () => {
  const { authenticator } = await newOwner();
  for (let use = 0; use < 3; use += 1) expect((await signIn(authenticator, { counter: 0 })).status).toBe(200);
});

test('When a response is sent twice, also at once to two replicas, then one sign-in succeeds', async () => {
  const { authenticator } = await newOwner();
  const response = authenticator.get(await requestOptions(), { counter: 0 });
  const responses = await Promise.all([
    send(response),
    send(response, replica),
    send(response),
    send(response, replica),
  ]);
  expect(sortedStatuses(responses)).toEqual([200, 400, 400, 400]);
  expectRefused(await send(response));
});

test.each<[string, Claims]>([
  ['is made for another origin', { origin: 'https://evil.example' }],
  ['is made for another port of the host', { origin: 'http://localhost:3001' }],
  ['is made for another relying party', { rpId: 'evil.example' }],
  ['does not verify the user', { isVerified: false }],
  ['is that of a new passkey', { type: 'webauthn.create' }],
  ['names another account', { userHandle: Buffer.from('f'.repeat(24)).toString('base64url') }],
  ['names no account', { userHandle: undefined }],
])('When the response to sign in %s, then it is refused and recorded', async (_, claims) => {
  const { authenticator } = await newOwner();
  expectRefused(await signIn(authenticator, claims));
  expect(recorded().map(({ event }) => event)).toEqual(['sign_in_failed']);
  expect((await signIn(authenticator)).status).toBe(200);
});

test('When a passkey is unknown, then it is refused', async () => {
  const user = await newUser();
  const authenticator = createAuthenticator({ site });
  authenticator.create(await creationOptions(user));
  expectRefused(await signIn(authenticator));
});

test('When another key signs for a known passkey, then it is refused', async () => {
  const id = randomBytes(16);
  const { user } = await newOwner(createAuthenticator({ site, id }));
  const forger = createAuthenticator({ site, id });
  forger.create(await creationOptions(user));
  expectRefused(await signIn(forger));
});

test('When the counter of a passkey goes back or stays, then it is refused and recorded as cloned', async () => {
  const { user, authenticator } = await newOwner();
  expect((await signIn(authenticator, { counter: 5 })).status).toBe(200);
  for (const counter of [5, 4, 0]) {
    output = '';
    expectRefused(await signIn(authenticator, { counter }));
    expect(recorded()).toEqual([expect.objectContaining({ event: 'passkey_cloned', userId: user.id })]);
  }
  expect((await signIn(authenticator, { counter: 6 })).status).toBe(200);
});

test('When two responses of one count arrive at once, then one succeeds', async () => {
  const { authenticator } = await newOwner();
  const options = await Promise.all([requestOptions(), requestOptions(), requestOptions()]);
  const responses = await Promise.all(options.map((each) => send(authenticator.get(each, { counter: 9 }))));
  expect(sortedStatuses(responses)).toEqual([200, 400, 400]);
});

test('When a challenge is unknown, expired, or for adding a passkey, then signing in with it is refused', async () => {
  const { user, authenticator } = await newOwner();
  expectRefused(await send(authenticator.get({ challenge: randomBytes(32).toString('base64url') })));
  expectRefused(await send(authenticator.get(await creationOptions(user))));
  const expired = await requestOptions();
  await challenges().updateOne({ _id: expired.challenge }, { $set: { expiresAt: auth.system.clock.now() } });
  expectRefused(await send(authenticator.get(expired)));
});

test('When the account of a passkey is closed, then it is refused', async () => {
  const { user, authenticator } = await newOwner();
  await auth.users.updateOne({ _id: user.id }, { $set: { closedAt: auth.system.clock.now() } });
  expectRefused(await signIn(authenticator));
});

test('When the password is reset, then passkeys from before it sign nobody in and are removed, and later ones stay', async () => {
  const { user, authenticator } = await newOwner();
  const offered = await creationOptions(user);
  await auth.api.post('/api/users/password-reset').send({ email: user.email });
  const token = await auth.tokenFor(user.email, 'reset-password');
  const reset = { token, password: 'another battery' };
  expect((await auth.api.post('/api/users/password-reset/confirm').send(reset)).status).toBe(200);
  expectRefused(await signIn(authenticator));
  // The session of before the reset adds none either.
  expect((await add(user, createAuthenticator({ site }).create(offered))).status).toBe(401);
  await auth.system.eventually(async () => expect(await passkeys().countDocuments({ userId: user.id })).toBe(0));
  const again = await auth.signIn(user.email, reset.password);
  const owner = { ...user, cookie: cookieOf(again) };
  const kept = createAuthenticator({ site });
  expect((await add(owner, kept.create(await creationOptions(owner)))).status).toBe(201);
  expect((await signIn(kept)).status).toBe(200);
  expect(await list(owner)).toHaveLength(1);
});

test('When a session from before a reset has added a passkey all the same, then it signs nobody in', async () => {
  const { user, authenticator } = await newOwner();
  const later = new Date(auth.system.clock.now().getTime() + 1);
  await auth.users.updateOne({ _id: user.id }, { $set: { passkeysFrom: later } });
  expectRefused(await signIn(authenticator));
});

test('When the owner exports the data and closes the account, then its passkeys are exported and removed', async () => {
  const { user, authenticator } = await newOwner();
  const exported = await auth.api.get('/api/users/me/export').set('Cookie', user.cookie);
  expect(exported.body.passkeys).toEqual([{ id: authenticator.id, name: 'Phone', createdAt: expect.any(String) }]);
  const closed = await auth.api.delete('/api/users/me').set('Cookie', user.cookie).send({ password: 'correct horse' });
  expect(closed.status).toBe(204);
  expectRefused(await signIn(authenticator));
  await auth.system.eventually(async () => expect(await passkeys().countDocuments({ userId: user.id })).toBe(0));
});

test('When an account is closed while it adds a passkey, then that is 401 and no passkey stays', async () => {
  await auth.system.eventually(async () => {
    const user = await newUser();
    const response = createAuthenticator({ site }).create(await creationOptions(user));
    let closing: Promise<unknown> | undefined;
    // After the session was confirmed, before the passkey is stored.
    onDatabaseCommand = ({ findAndModify }) => {
      if (findAndModify !== 'passkey-challenges') return;
      closing ??= auth.users.updateOne({ _id: user.id }, { $set: { closedAt: auth.system.clock.now() } });
    };
    const { status } = await add(user, response);
    await closing;
    expect([status, await passkeys().countDocuments({ userId: user.id })]).toEqual([401, 0]);
  });
});

test.each<[string, (valid: ReturnType<Authenticator['get']>) => object]>([
  ['has client data that is no JSON', (valid) => ({ ...valid, response: { ...valid.response, clientDataJSON: '!!' } })],
  [
    'has client data without an object',
    (valid) => ({ ...valid, response: { ...valid.response, clientDataJSON: 'bnVsbA' } }),
  ],
  [
    'has short authenticator data',
    (valid) => ({ ...valid, response: { ...valid.response, authenticatorData: 'AAAA' } }),
  ],
  ['has a signature that is none', (valid) => ({ ...valid, response: { ...valid.response, signature: 'AAAA' } })],
  ['has another raw id', (valid) => ({ ...valid, rawId: 'AAAA' })],
  ['has another type', (valid) => ({ ...valid, type: 'password' })],
  ['has an object for an id', (valid) => ({ ...valid, id: { $ne: null } })],
  ['has no response', ({ id, rawId, type }) => ({ id, rawId, type })],
])('When what is sent to sign in %s, then the response is 400 without a cookie', async (_, malform) => {
  const { authenticator } = await newOwner();
  const response = await send(malform(authenticator.get(await requestOptions())));
  expect([response.status, response.get('Set-Cookie')]).toEqual([400, undefined]);
});

test.each<[string, Claims]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['another relying party', { rpId: 'evil.example' }],
  ['no verification of the user', { isVerified: false }],
  ['the type of a sign-in', { type: 'webauthn.get' }],
  ['an algorithm that was not offered', { algorithm: -35 }],
  ['an RSA key of 16,384 bits', { rsaBytes: 2_048 }],
])('When a new passkey has %s, then it is 400 and not stored', async (_, claims) => {
  const user = await newUser();
  const refused = await add(user, createAuthenticator({ site }).create(await creationOptions(user), claims));
  expect([refused.status, await list(user)]).toEqual([400, []]);
});

test('When a challenge is used, expired, of another account or for signing in, then adding a passkey with it is 400', async () => {
  const user = await newUser();
  const other = await newUser();
  const used = await creationOptions(user);
  expect((await add(user, createAuthenticator({ site }).create(used))).status).toBe(201);
  const expired = await creationOptions(user);
  await challenges().updateOne({ _id: expired.challenge }, { $set: { expiresAt: auth.system.clock.now() } });
  const { challenge } = await requestOptions();
  for (const options of [used, expired, await creationOptions(other), { ...used, challenge }]) {
    const refused = await add(user, createAuthenticator({ site }).create(options));
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ message: 'The passkey could not be verified, please try again' }],
    ]);
  }
  expect(await list(user)).toHaveLength(1);
});

test.each(['', '   ', 'x'.repeat(61), 7, undefined, '\u200b\u200b', 'my \u202ephone', 'my\u0000phone'])(
  'When the name of a passkey is %j, then it is 400',
  async (name) => {
    const user = await newUser();
    const refused = await add(user, { ...createAuthenticator({ site }).create(await creationOptions(user)), name });
    expect([refused.status, refused.body.errors]).toEqual([400, [expect.objectContaining({ field: 'name' })]]);
  },
);

test('When a name has 60 characters of several code units, then it is taken', async () => {
  const user = await newUser();
  const name = '🎟'.repeat(60);
  const added = await add(user, { ...createAuthenticator({ site }).create(await creationOptions(user)), name });
  expect([added.status, added.body.name]).toEqual([201, name]);
});

test('When a credential belongs to an account already, then no account can add it', async () => {
  const id = randomBytes(16);
  const { user } = await newOwner(createAuthenticator({ site, id }));
  for (const adder of [user, await newUser()]) {
    const refused = await add(adder, createAuthenticator({ site, id }).create(await creationOptions(adder)));
    expect([refused.status, refused.body.errors]).toEqual([400, [{ message: 'This passkey is already registered' }]]);
  }
});

test('When an account has 18 passkeys and adds five at once, then two are stored, and a removed one makes room', async () => {
  const user = await newUser();
  const more = async (count: number) => {
    const options = await Promise.all(Array.from({ length: count }, () => creationOptions(user)));
    return Promise.all(
      options.map((each, index) =>
        add(user, createAuthenticator({ site }).create(each), index % 2 === 0 ? auth.api : replica),
      ),
    );
  };
  await passkeys().insertMany(
    Array.from({ length: 18 }, (_, slot) => ({
      _id: randomBytes(16).toString('base64url'),
      userId: user.id,
      slot,
      name: `Key ${slot}`,
      publicKey: '',
      counter: 0,
      transports: '',
      createdAt: new Date(),
      sessionStartedAt: new Date(),
    })),
  );
  const responses = await more(5);
  expect(sortedStatuses(responses)).toEqual([201, 201, 400, 400, 400]);
  expect(responses.find(({ status }) => status === 400)?.body).toEqual({
    errors: [{ message: 'You already have 20 passkeys' }],
  });
  expect(await passkeys().countDocuments({ userId: user.id })).toBe(20);
  const early = await auth.api.post('/api/users/passkeys/options').set('Cookie', user.cookie).send({});
  expect([early.status, early.body.errors]).toEqual([400, [{ message: 'You already have 20 passkeys' }]]);
  const [{ id }] = await list(user);
  await auth.api.delete(`/api/users/passkeys/${id}`).set('Cookie', user.cookie);
  expect((await more(1))[0]?.status).toBe(201);
});

test('When a passkey is removed, then it is recorded and no longer signs in; that of another account is 404', async () => {
  const { user, authenticator } = await newOwner();
  const { user: stranger } = await newOwner();
  const remove = ({ cookie }: User) => auth.api.delete(`/api/users/passkeys/${authenticator.id}`).set('Cookie', cookie);
  expect((await remove(stranger)).status).toBe(404);
  expect((await signIn(authenticator)).status).toBe(200);
  output = '';
  expect((await remove(user)).status).toBe(204);
  expect(recorded()).toEqual([expect.objectContaining({ event: 'passkey_removed', userId: user.id })]);
  expect((await remove(user)).status).toBe(404);
  expectRefused(await signIn(authenticator));
});

test.each([
  ['post', '/api/users/passkeys/options'],
  ['post', '/api/users/passkeys'],
  ['get', '/api/users/passkeys'],
  ['delete', '/api/users/passkeys/abc'],
] as const)('When nobody is signed in, then %s %s is 401', async (method, path) => {
  expect((await auth.api[method](path)).status).toBe(401);
});

test('When one address requests options and signs in, then 120 requests a minute are allowed, and an account adds 20', async () => {
  const limited = await auth.startReplica({ RATE_LIMITS: 'on' });
  const user = await newUser();
  const statuses = async (count: number, path: string) => {
    const responses = [];
    for (let sent = 0; sent < count; sent += 1)
      responses.push(
        await limited.post(path).set('Cookie', user.cookie).set('X-Forwarded-For', '203.0.113.9').send({}),
      );
    return responses.map(({ status }) => status);
  };
  const adding = await statuses(21, '/api/users/passkeys/options');
  expect([adding.filter((status) => status === 200).length, adding.at(-1)]).toEqual([20, 429]);
  expect(await statuses(2, '/api/users/passkeys/signin')).toEqual([400, 400]);
  const signingIn = await statuses(119, '/api/users/passkeys/signin/options');
  expect([signingIn.filter((status) => status === 200).length, signingIn.at(-1)]).toEqual([118, 429]);
  expect(await statuses(1, '/api/users/passkeys/signin')).toEqual([429]);
}, 30_000);
