import { sessionsEnded, userClosed, userUpdated } from '@ticketing/common/events';
import { createSessionTokens } from '@ticketing/common/http';
import { newId } from '@ticketing/common/mongo';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendVerification } from '../commands/send-verification.ts';
import { createPasswordHasher } from '../gateways/password-hasher.ts';
import { cookieOf, newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

const password = 'correct horse';
const newPassword = 'another battery';
const noLink = { errors: [{ message: 'This link is no longer valid' }] };

let auth: AuthHarness;
let replica: Api;

beforeAll(async () => {
  auth = await openHarness();
  replica = await auth.startReplica();
});
afterAll(() => auth.system.close());

const open = async () => {
  const email = newEmail();
  const response = await auth.signUp(email, password);
  return { id: String(response.body.id), email, cookie: cookieOf(response) };
};
const post = (path: string, body: object, cookie = '') =>
  auth.api.post(`/api/users/${path}`).set('Cookie', cookie).send(body);
const put = (path: string, body: object, cookie: string) =>
  auth.api.put(`/api/users/${path}`).set('Cookie', cookie).send(body);
const isSignedIn = async (cookie: string, api: Api = auth.api): Promise<boolean> =>
  (await api.get('/api/users/currentuser').set('Cookie', cookie)).body.currentUser !== null;
const isVerified = async (cookie: string): Promise<boolean> =>
  (await auth.api.get('/api/users/currentuser').set('Cookie', cookie)).body.currentUser.emailVerified;
/** Templates of the mails to this address, in the order of their facts. */
const mailsTo = async (to: string): Promise<string[]> =>
  (await auth.mailJobs.find({ to }, { sort: { at: 1, _id: 1 } }).toArray()).map(({ template }) => template);

test('When the mailed link is used, then the e-mail is verified, once', async () => {
  const { id, email, cookie } = await open();
  expect(await isVerified(cookie)).toBe(false);
  const token = await auth.tokenFor(email, 'verify-email');
  const response = await post('verify-email', { token });
  expect([response.status, response.body]).toEqual([200, { id, email, emailVerified: true }]);
  expect(await isVerified(cookie)).toBe(true);
  expect((await auth.signIn(email, password)).body).toEqual({ id, email, emailVerified: true });
  const again = await post('verify-email', { token });
  expect([again.status, again.body]).toEqual([400, noLink]);
  await auth.system.eventually(() =>
    expect(auth.system.events(userUpdated).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ id, email, emailVerified: true }),
    ),
  );
});

test('When an action has a page that reports it, then its response lets that page do so for a minute, and a refusal does not', async () => {
  const { email, cookie } = await open();
  await post('password-reset', { email });
  const verify = { token: await auth.tokenFor(email, 'verify-email') };
  const reset = { token: await auth.tokenFor(email, 'reset-password'), password: newPassword };
  const close = (given: string, session: string) =>
    auth.api.delete('/api/users/me').set('Cookie', session).send({ password: given });
  const refused = [await close('wrong horse', cookie)];
  const done = [await post('verify-email', verify), await post('password-reset/confirm', reset)];
  refused.push(await post('verify-email', verify), await post('password-reset/confirm', reset));
  done.push(await close(newPassword, cookieOf(await auth.signIn(email, newPassword))));
  const cookiesOf = (responses: typeof done) =>
    responses.flatMap((response) => response.get('Set-Cookie')?.filter((line) => line.startsWith('done=')) ?? []);
  expect(cookiesOf(refused)).toEqual([]);
  expect(cookiesOf(done)).toEqual(
    ['/verify-email', '/reset-password', '/goodbye'].map((path) =>
      expect.stringMatching(new RegExp(`^done=1; Max-Age=60; Path=${path}; Expires=[^;]+; HttpOnly; SameSite=Lax$`)),
    ),
  );
});

test('When another link is asked for, then the newest works and the older one does not', async () => {
  const { email, cookie } = await open();
  const first = await auth.tokenFor(email, 'verify-email');
  auth.system.clock.advance(1_000);
  const sent = await post('verify-email/send', {}, cookie);
  expect([sent.status, sent.body]).toEqual([202, {}]);
  const second = await auth.tokenFor(email, 'verify-email', first);
  expect((await post('verify-email', { token: first })).status).toBe(400);
  expect((await post('verify-email', { token: second })).status).toBe(200);
  const verified = await post('verify-email/send', {}, cookie);
  expect([verified.status, verified.body]).toEqual([400, { errors: [{ message: 'Already verified' }] }]);
  expect((await post('verify-email/send', {})).status).toBe(401);
});

test('When a link is older than its lifetime, then it does not work', async () => {
  const { email } = await open();
  await post('password-reset', { email });
  const [verify, reset] = [await auth.tokenFor(email, 'verify-email'), await auth.tokenFor(email, 'reset-password')];
  auth.system.clock.advance(60 * 60_000);
  expect((await post('password-reset/confirm', { token: reset, password: newPassword })).body).toEqual(noLink);
  auth.system.clock.advance(23 * 60 * 60_000);
  expect((await post('verify-email', { token: verify })).body).toEqual(noLink);
});

test('When a forgotten password is reset, then every session ends, the owner is told, and the link is used up', async () => {
  const { id, email, cookie } = await open();
  const other = cookieOf(await auth.signIn(email, password));
  const asked = await post('password-reset', { email: ` ${email.toUpperCase()}` });
  expect([asked.status, asked.body]).toEqual([202, {}]);
  const token = await auth.tokenFor(email, 'reset-password');
  for (const refused of ['short', 'password123', email]) {
    const { status, body } = await post('password-reset/confirm', { token, password: refused });
    expect([status, body.errors[0].field]).toEqual([400, 'password']);
  }
  expect(await isSignedIn(cookie)).toBe(true);
  const response = await post('password-reset/confirm', { token, password: newPassword });
  expect([response.status, response.body]).toEqual([200, {}]);
  for (const api of [auth.api, replica]) {
    expect([await isSignedIn(cookie, api), await isSignedIn(other, api)]).toEqual([false, false]);
  }
  expect((await auth.signIn(email, password)).status).toBe(400);
  expect(await isSignedIn(cookieOf(await auth.signIn(email, newPassword)))).toBe(true);
  expect((await post('password-reset/confirm', { token, password: newPassword })).body).toEqual(noLink);
  await auth.system.eventually(async () => expect(await mailsTo(email)).toContain('password-changed'));
  await auth.system.eventually(() =>
    expect(auth.system.events(sessionsEnded).map(({ data }) => data)).toContainEqual({
      userId: id,
      issuedBefore: expect.any(String),
      expiresAt: expect.any(String),
    }),
  );
});

test('When an e-mail has no account, then asking for a new password is answered alike, and mails nobody', async () => {
  const email = newEmail();
  const response = await post('password-reset', { email });
  expect([response.status, response.body]).toEqual([202, {}]);
  const { email: known } = await open();
  await post('password-reset', { email: known });
  await auth.tokenFor(known, 'reset-password');
  expect(await mailsTo(email)).toEqual([]);
  expect((await post('password-reset', { email: 'nobody' })).status).toBe(400);
});

test('When a reset is asked for twice, then only the newest link works, and a changed password ends it too', async () => {
  const { email, cookie } = await open();
  await post('password-reset', { email });
  const first = await auth.tokenFor(email, 'reset-password');
  auth.system.clock.advance(1_000);
  await post('password-reset', { email });
  const second = await auth.tokenFor(email, 'reset-password', first);
  expect((await post('password-reset/confirm', { token: first, password: newPassword })).status).toBe(400);
  auth.system.clock.advance(1_000);
  await put('password', { currentPassword: password, newPassword }, cookie);
  expect((await post('password-reset/confirm', { token: second, password: 'a third battery' })).status).toBe(400);
});

test('When a token is of another purpose or forged, then it does nothing', async () => {
  const { email } = await open();
  await post('password-reset', { email });
  const [verify, reset] = [await auth.tokenFor(email, 'verify-email'), await auth.tokenFor(email, 'reset-password')];
  expect((await post('verify-email', { token: reset })).body).toEqual(noLink);
  expect((await post('password-reset/confirm', { token: verify, password: newPassword })).body).toEqual(noLink);
  expect((await post('verify-email', { token: `${verify}x` })).body).toEqual(noLink);
  expect((await post('verify-email', { token: 'x'.repeat(501) })).status).toBe(400);
  expect((await post('verify-email', {})).status).toBe(400);
  expect((await post('verify-email', { token: verify })).status).toBe(200);
});

test('When the password is changed, then the other sessions end, this one goes on, and the owner is told', async () => {
  const { email, cookie } = await open();
  const other = cookieOf(await auth.signIn(email, password));
  const wrong = await put('password', { currentPassword: 'wrong horse', newPassword }, cookie);
  expect([wrong.status, wrong.body]).toEqual([
    400,
    { errors: [{ message: 'Password is wrong', field: 'currentPassword' }] },
  ]);
  const refused = await put('password', { currentPassword: password, newPassword: email }, cookie);
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'newPassword']);
  expect(await isSignedIn(other)).toBe(true);
  auth.system.clock.advance(1);
  const response = await put('password', { currentPassword: password, newPassword }, cookie);
  expect([response.status, response.body]).toEqual([200, {}]);
  expect([await isSignedIn(cookie), await isSignedIn(other)]).toEqual([true, false]);
  expect((await auth.signIn(email, newPassword)).status).toBe(200);
  await auth.system.eventually(async () => expect(await mailsTo(email)).toContain('password-changed'));
});

test('When the e-mail is changed, then it counts once the mailed link is used, and both addresses are told', async () => {
  const { id, email, cookie } = await open();
  const [next, taken] = [newEmail(), (await open()).email];
  const change = (to: string, given = password) => put('email', { email: to, password: given }, cookie);
  expect((await change(next, 'wrong horse')).body.errors[0].field).toBe('password');
  expect((await change(taken)).body).toEqual({ errors: [{ message: 'Email in use', field: 'email' }] });
  expect((await change(email)).status).toBe(400);
  const asked = await change(next);
  expect([asked.status, asked.body]).toEqual([202, {}]);
  expect((await auth.signIn(email, password)).status).toBe(200);
  const response = await post('verify-email', { token: await auth.tokenFor(next, 'change-email') });
  expect([response.status, response.body]).toEqual([200, { id, email: next, emailVerified: true }]);
  expect((await auth.api.get('/api/users/currentuser').set('Cookie', cookie)).body.currentUser.email).toBe(next);
  expect((await auth.signIn(email, password)).status).toBe(400);
  expect((await auth.signIn(next, password)).status).toBe(200);
  await auth.system.eventually(async () => {
    expect(await mailsTo(email)).toContain('email-changed');
    expect(await mailsTo(next)).toContain('email-changed');
  });
});

test('When the new address gets an account before the link is used, then the e-mail stays', async () => {
  const { email, cookie } = await open();
  const next = newEmail();
  await put('email', { email: next, password }, cookie);
  const token = await auth.tokenFor(next, 'change-email');
  await auth.signUp(next, password);
  const response = await post('verify-email', { token });
  expect([response.status, response.body]).toEqual([400, { errors: [{ message: 'Email in use', field: 'email' }] }]);
  expect((await auth.signIn(email, password)).status).toBe(200);
});

test('When the data is exported, then it has all that is kept, without secrets', async () => {
  const { id, email, cookie } = await open();
  await auth.tokenFor(email, 'verify-email');
  const { status, body, text } = await auth.api.get('/api/users/me/export').set('Cookie', cookie);
  expect(status).toBe(200);
  expect(body).toEqual({
    account: { id, email, emailVerified: false, createdAt: expect.any(String) },
    sessions: [expect.objectContaining({ current: true })],
    passkeys: [],
    mails: [{ template: 'verify-email', at: expect.any(String) }],
  });
  expect(text).not.toMatch(/argon2|passwordHash|fact|token/);
  expect((await auth.api.get('/api/users/me/export')).status).toBe(401);
});

test('When mails were sent or dropped, then the export says when they were sent, and finds them by an index', async () => {
  const { id, email, cookie } = await open();
  await auth.tokenFor(email, 'verify-email');
  const endedAt = auth.system.clock.now();
  await auth.mailJobs.updateOne({ userId: id }, { $set: { endedAt, dropped: 'refused' } });
  const exported = async () => (await auth.api.get('/api/users/me/export').set('Cookie', cookie)).body.mails;
  expect(await exported()).toEqual([{ template: 'verify-email', at: expect.any(String) }]);
  await auth.mailJobs.updateOne({ userId: id }, { $unset: { dropped: true } });
  expect(await exported()).toEqual([
    { template: 'verify-email', at: expect.any(String), sentAt: endedAt.toISOString() },
  ]);
  const plan = await auth.mailJobs.find({ userId: id }, { sort: { at: -1 } }).explain('queryPlanner');
  expect(JSON.stringify(plan.queryPlanner.winningPlan)).toContain('jobs_by_user');
});

test('When an account is closed, then it is gone: no sign-in, no session, no e-mail, no hash', async () => {
  const { id, email, cookie } = await open();
  const other = cookieOf(await auth.signIn(email, password));
  const close = (given: string) => auth.api.delete('/api/users/me').set('Cookie', cookie).send({ password: given });
  const wrong = await close('wrong horse');
  expect([wrong.status, wrong.body]).toEqual([400, { errors: [{ message: 'Password is wrong', field: 'password' }] }]);
  await post('password-reset', { email });
  const reset = await auth.tokenFor(email, 'reset-password');
  expect((await close(password)).status).toBe(204);
  expect([await isSignedIn(cookie), await isSignedIn(other), await isSignedIn(other, replica)]).toEqual([
    false,
    false,
    false,
  ]);
  expect((await auth.signIn(email, password)).status).toBe(400);
  expect((await post('password-reset/confirm', { token: reset, password: newPassword })).body).toEqual(noLink);
  await auth.system.eventually(async () => {
    const user = await auth.users.findOne({ _id: id });
    expect(user).toMatchObject({ email: `closed:${id}`, passwordHash: '', mail: [] });
    expect(user).not.toHaveProperty('cleanUpDue');
    expect(await auth.sessions.countDocuments({ userId: id })).toBe(0);
    // Until the mail server has it.
    expect(await mailsTo(email)).toEqual(['account-closed']);
  });
  // The events too, once they are published.
  await auth.system.eventually(async () =>
    expect(JSON.stringify(await auth.users.findOne({ _id: id }))).not.toContain(email),
  );
  await auth.system.eventually(() =>
    expect(auth.system.events(userClosed).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ id, closedAt: expect.any(String) }),
    ),
  );
  expect((await auth.signUp(email, password)).status).toBe(201);
});

/** A replica on which this happens, once, after a password was checked. */
const replicaWithChange = (happens: () => Promise<unknown>) => {
  const hasher = createPasswordHasher();
  const left = { times: 1 };
  return auth.startReplica(
    {},
    {
      ...hasher,
      verify: async (hash, given) => {
        const isRight = await hasher.verify(hash, given);
        if (left.times-- > 0) await happens();
        return isRight;
      },
    },
  );
};

const close = (cookie: string, api: Api = auth.api) =>
  api.delete('/api/users/me').set('Cookie', cookie).send({ password });
/** Waits until nothing more of the closed account must be deleted. */
const cleanedUp = (id: string) =>
  auth.system.eventually(async () => {
    const user = await auth.users.findOne({ _id: id, closedAt: { $exists: true } });
    expect(user).toMatchObject({ mail: [] });
    expect(user).not.toHaveProperty('cleanUpDue');
    expect(user).not.toHaveProperty('droppedMail');
  });

test('When somebody changes the e-mail and closes the account while the mail server is away, then the old address is told of the change all the same', async () => {
  const { id, email, cookie } = await open();
  const next = newEmail();
  await put('email', { email: next, password }, cookie);
  await post('verify-email', { token: await auth.tokenFor(next, 'change-email') });
  await post('password-reset', { email: next });
  await auth.tokenFor(next, 'reset-password');
  expect((await close(cookie)).status).toBe(204);
  await cleanedUp(id);
  expect(await mailsTo(email)).toEqual(['email-changed']);
  expect(await mailsTo(next)).toEqual(['email-changed', 'account-closed']);
});

test('When an account is closed before its mails are in the queue, then those that matter are sent, and a late enqueue of the others is not', async () => {
  const { id, email, cookie } = await open();
  await auth.tokenFor(email, 'verify-email');
  const pending = (template: string, to: string) => ({
    id: `${template}:${id}:1`,
    template,
    userId: id,
    to,
    at: auth.system.clock.now(),
    data: {},
  });
  const [reset, changed] = [pending('reset-password', email), pending('password-changed', email)];
  const own = await replicaWithChange(() => auth.users.updateOne({ _id: id }, { $set: { mail: [reset, changed] } }));
  expect((await close(cookie, own)).status).toBe(204);
  await cleanedUp(id);
  // By a process that has read the account before.
  const { id: _id, ...job } = reset;
  const late = { ...job, dueAt: auth.system.clock.now(), failures: 0 };
  await auth.mailJobs.updateOne({ _id }, { $setOnInsert: late }, { upsert: true });
  expect(await auth.mailJobs.findOne({ _id })).not.toHaveProperty('to');
  expect((await mailsTo(email)).toSorted()).toEqual(['account-closed', 'password-changed']);
});

test('When two accounts are closed and a closed one is closed again, then nothing stands in the way', async () => {
  for (const { cookie } of [await open(), await open()]) {
    expect((await auth.api.delete('/api/users/me').set('Cookie', cookie).send({ password })).status).toBe(204);
    expect((await auth.api.delete('/api/users/me').set('Cookie', cookie).send({ password })).status).toBe(401);
  }
});

test('When sign-ins meet a change of the password, then no session that the old password began outlives it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { email, cookie } = await open();
    const changing = put('password', { currentPassword: password, newPassword }, cookie);
    const signIns = Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        (index % 2 === 0 ? auth.api : replica).post('/api/users/signin').send({ email, password }),
      ),
    );
    expect((await changing).status).toBe(200);
    for (const signIn of await signIns) expect(await isSignedIn(cookieOf(signIn))).toBe(false);
    expect(await isSignedIn(cookie)).toBe(true);
  }
});

test('When a session begins while the password is being changed, by a clock that is ahead, then it ends too', async () => {
  const hasher = createPasswordHasher();
  const meanwhile: { hashing?: () => Promise<void> } = {};
  const own = await auth.startReplica(
    {},
    {
      ...hasher,
      hash: async (given) => {
        await meanwhile.hashing?.();
        return hasher.hash(given);
      },
    },
  );
  const { id, email, cookie } = await open();
  const ahead = new Date(auth.system.clock.now().getTime() + 5_000);
  const sid = newId();
  meanwhile.hashing = async () => {
    await auth.users.updateOne({ _id: id }, { $set: { lastSignInAt: ahead } });
  };
  const changed = await own
    .put('/api/users/password')
    .set('Cookie', cookie)
    .send({ currentPassword: password, newPassword });
  expect(changed.status).toBe(200);
  const tokens = createSessionTokens([String(auth.system.env.JWT_KEY)]);
  const jwt = tokens.sign({ id, email, sid, startedAt: ahead.getTime() });
  expect(await isSignedIn(`session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`)).toBe(false);
  expect(await isSignedIn(cookie)).toBe(true);
  expect(await isSignedIn(cookieOf(await auth.signIn(email, newPassword)))).toBe(true);
});

test('When a session is ended while it changes the password, then the password changes, and the session stays ended', async () => {
  const { email, cookie } = await open();
  const other = cookieOf(await auth.signIn(email, password));
  const hasher = createPasswordHasher();
  const own = await auth.startReplica(
    {},
    {
      ...hasher,
      hash: async (given) => {
        expect((await auth.api.delete('/api/users/sessions').set('Cookie', other)).status).toBe(204);
        return hasher.hash(given);
      },
    },
  );
  const changed = await own
    .put('/api/users/password')
    .set('Cookie', cookie)
    .send({ currentPassword: password, newPassword });
  expect(changed.status).toBe(200);
  expect([await isSignedIn(cookie), await isSignedIn(other)]).toEqual([false, false]);
  expect((await auth.signIn(email, newPassword)).status).toBe(200);
});

test('When the hash of the password is renewed while a change of the e-mail is requested, then its mail is sent all the same', async () => {
  const { id, cookie } = await open();
  const renewed = await createPasswordHasher().hash(password);
  const own = await replicaWithChange(() => auth.users.updateOne({ _id: id }, { $set: { passwordHash: renewed } }));
  const next = newEmail();
  const change = (email: string) => own.put('/api/users/email').set('Cookie', cookie).send({ email, password });
  expect((await change(next)).status).toBe(202);
  expect(await auth.tokenFor(next, 'change-email')).toEqual(expect.any(String));
});

test('When the password is changed while a change of the e-mail is requested, then it is refused, and nothing is mailed', async () => {
  const { id, cookie } = await open();
  const renewed = await createPasswordHasher().hash(newPassword);
  const own = await replicaWithChange(() => auth.users.updateOne({ _id: id }, { $set: { passwordHash: renewed } }));
  const next = newEmail();
  const refused = await own.put('/api/users/email').set('Cookie', cookie).send({ email: next, password });
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'password']);
  expect(await auth.users.findOne({ _id: id })).not.toHaveProperty('changeLink');
});

test('When the e-mail changes while a link to verify it is requested, then the link goes to the new address', async () => {
  const { id } = await open();
  const next = newEmail();
  let reads = 0;
  await sendVerification(
    {
      loadUser: async (userId) => {
        const user = await auth.users.findOne({ _id: userId });
        if (++reads === 1) await auth.users.updateOne({ _id: userId }, { $set: { email: next } });
        return user;
      },
      users: auth.users,
      now: auth.system.clock.now,
      mail: { sendSoon: () => undefined, forgetUser: () => Promise.resolve() },
    },
    id,
  );
  expect(reads).toBe(2);
  expect(await auth.tokenFor(next, 'verify-email')).toEqual(expect.any(String));
});
