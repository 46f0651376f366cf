import { sessionEnded, sessionsEnded } from '@ticketing/common/events';
import { createSessionTokens } from '@ticketing/common/http';
import { newId } from '@ticketing/common/mongo';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cookieOf, newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
let replica: Api;
/** Called with each command that the service sends to its database. */
let onDatabaseCommand: (command: Record<string, unknown>) => void = () => undefined;

beforeAll(async () => {
  auth = await openHarness({}, { onDatabaseCommand: (command) => onDatabaseCommand(command) });
  replica = await auth.startReplica();
});
afterAll(() => auth.system.close());

/** A new account with `count` sessions; their cookies. */
const openSessions = async (count: number) => {
  const email = newEmail();
  const first = await auth.signUp(email);
  const cookies = [cookieOf(first)];
  while (cookies.length < count) cookies.push(cookieOf(await auth.signIn(email)));
  return { id: String(first.body.id), email, cookies };
};
const isSignedIn = async (cookie: string, api: Api = auth.api): Promise<boolean> =>
  (await api.get('/api/users/currentuser').set('Cookie', cookie)).body.currentUser !== null;
const list = async (cookie: string) => (await auth.api.get('/api/users/sessions').set('Cookie', cookie)).body;

test('When a user signs out, then a copy of the cookie is refused by every replica at once', async () => {
  const { id, cookies } = await openSessions(2);
  const [cookie = '', other = ''] = cookies;
  const response = await auth.api.post('/api/users/signout').set('Cookie', cookie).send({});
  expect([response.status, response.body]).toEqual([200, {}]);
  expect(response.get('Set-Cookie')?.[0]).toMatch(/^session=; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT; /);
  for (const api of [replica, auth.api]) {
    expect((await api.get('/api/users/sessions').set('Cookie', cookie)).status).toBe(401);
    expect(await isSignedIn(cookie, api)).toBe(false);
    expect(await isSignedIn(other, api)).toBe(true);
  }
  await auth.system.eventually(() =>
    expect(auth.system.events(sessionEnded).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ userId: id, expiresAt: expect.any(String) }),
    ),
  );
});

test('When a session that has ended signs out again, then it succeeds and nothing is published twice', async () => {
  const { id, cookies } = await openSessions(1);
  const [cookie = ''] = cookies;
  for (let times = 0; times < 2; times += 1) {
    expect((await auth.api.post('/api/users/signout').set('Cookie', cookie).send({})).status).toBe(200);
  }
  const other = await openSessions(1);
  await auth.api
    .post('/api/users/signout')
    .set('Cookie', other.cookies[0] ?? '')
    .send({});
  const ended = (userId: string) => auth.system.events(sessionEnded).filter(({ data }) => data.userId === userId);
  await auth.system.eventually(() => expect(ended(other.id)).toHaveLength(1));
  expect(ended(id)).toHaveLength(1);
});

test('When a token has a session that auth does not know, then it is accepted until it signs out', async () => {
  const { id, email } = await openSessions(1);
  const tokens = createSessionTokens([String(auth.system.env.JWT_KEY)]);
  const jwt = tokens.sign({ id, email, sid: newId(), startedAt: auth.system.clock.now().getTime() });
  const cookie = `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;
  expect(await isSignedIn(cookie)).toBe(true);
  await auth.api.post('/api/users/signout').set('Cookie', cookie).send({});
  expect(await isSignedIn(cookie)).toBe(false);
  expect(await isSignedIn(cookie, replica)).toBe(false);
});

test('When a user lists the sessions, then the live ones are shown, the newest first', async () => {
  const { cookies } = await openSessions(3);
  const [first = '', second = '', third = ''] = cookies;
  await auth.api.post('/api/users/signout').set('Cookie', second).send({});
  const sessions = await list(third);
  expect(sessions).toEqual([
    expect.objectContaining({ current: true, userAgent: expect.any(String) }),
    expect.objectContaining({ current: false }),
  ]);
  for (const session of sessions) {
    expect(Object.keys(session).toSorted()).toEqual(['createdAt', 'current', 'id', 'lastUsedAt', 'userAgent']);
  }
  expect((await list(first)).map(({ current }: { current: boolean }) => current)).toEqual([false, true]);
});

/** Requests that sign in to an account with a known password, or make one. */
const signIns = {
  signin: { email: (known: string) => known, status: 200 },
  signup: { email: newEmail, status: 201 },
} as const;

test.each([
  ['signin', 'the same user'],
  ['signin', 'another user'],
  ['signup', 'another user'],
] as const)('When a browser with a session sends %s as %s, then that session ends everywhere', async (route, who) => {
  const { id, email, cookies } = await openSessions(2);
  const [replaced = '', other = ''] = cookies;
  const account = who === 'the same user' ? email : (await openSessions(1)).email;
  const { email: emailOf, status } = signIns[route];
  const sent: unknown[] = [];
  onDatabaseCommand = (command) => {
    if (command['findAndModify'] === 'sessions' || command['insert'] === 'sessions') sent.push(Object.keys(command)[0]);
  };
  const response = await replica
    .post(`/api/users/${route}`)
    .set('Cookie', replaced)
    .send({ email: emailOf(account), password: 'correct horse' });
  onDatabaseCommand = () => undefined;
  expect(response.status).toBe(status);
  // It ends first: no failure between the two leaves both.
  expect(sent).toEqual(['findAndModify', 'insert']);
  for (const api of [auth.api, replica]) {
    expect(await isSignedIn(replaced, api)).toBe(false);
    expect([await isSignedIn(cookieOf(response), api), await isSignedIn(other, api)]).toEqual([true, true]);
  }
  await auth.system.eventually(() =>
    expect(auth.system.events(sessionEnded).filter(({ data }) => data.userId === id)).toHaveLength(1),
  );
});

test('When a sign-in fails or its cookie is not of a live session, then no session ends', async () => {
  const { id, email, cookies } = await openSessions(3);
  const [first = '', ended = '', last = ''] = cookies;
  await auth.api.post('/api/users/signout').set('Cookie', ended).send({});
  const send = async (route: 'signin' | 'signup', password: string, cookie: string): Promise<number> =>
    (await auth.api.post(`/api/users/${route}`).set('Cookie', cookie).send({ email, password })).status;
  expect(await send('signin', 'wrong horse', first)).toBe(400);
  expect(await send('signup', 'correct horse', first)).toBe(400);
  const forged = createSessionTokens(['another key of 32 bytes for tests']).sign({
    id,
    email,
    sid: String((await list(first)).find(({ current }: { current: boolean }) => current).id),
    startedAt: auth.system.clock.now().getTime(),
  });
  for (const cookie of [ended, `session=${Buffer.from(JSON.stringify({ jwt: forged })).toString('base64')}`]) {
    expect(await send('signin', 'correct horse', cookie)).toBe(200);
  }
  expect([await isSignedIn(first), await isSignedIn(last)]).toEqual([true, true]);
  expect(await auth.sessions.countDocuments({ userId: id, endedAt: { $exists: true } })).toBe(1);
});

test('When a user ends one session from the list, then that one is refused and the others go on', async () => {
  const { cookies } = await openSessions(2);
  const [first = '', second = ''] = cookies;
  const [{ id }] = (await list(second)).filter(({ current }: { current: boolean }) => !current);
  const end = (cookie: string) => auth.api.delete(`/api/users/sessions/${id}`).set('Cookie', cookie);
  const stranger = await openSessions(1);
  expect((await end(stranger.cookies[0] ?? '')).status).toBe(404);
  expect(await isSignedIn(first)).toBe(true);
  expect((await end(second)).status).toBe(204);
  expect([await isSignedIn(first), await isSignedIn(second)]).toEqual([false, true]);
  expect((await end(second)).status).toBe(404);
});

test('When a user ends all other sessions, then they are refused, and later ones are not', async () => {
  const { id, email, cookies } = await openSessions(3);
  const [first = '', second = '', third = ''] = cookies;
  expect((await auth.api.delete('/api/users/sessions').set('Cookie', second)).status).toBe(204);
  for (const api of [auth.api, replica]) {
    expect([await isSignedIn(first, api), await isSignedIn(second, api), await isSignedIn(third, api)]).toEqual([
      false,
      true,
      false,
    ]);
  }
  expect(await list(second)).toHaveLength(1);
  expect(await isSignedIn(cookieOf(await auth.signIn(email)))).toBe(true);
  await auth.system.eventually(() =>
    expect(auth.system.events(sessionsEnded).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ userId: id, except: expect.any(String), issuedBefore: expect.any(String) }),
    ),
  );
});

test('When a user ends all other sessions from one that began long before, then the list has it, however many have ended', async () => {
  const { id, cookies } = await openSessions(1);
  const [first = ''] = cookies;
  const now = auth.system.clock.now().getTime();
  const expiresAt = new Date(now + 1_000_000);
  await auth.sessions.insertMany(
    Array.from({ length: 501 }, (_, index) => {
      const startedAt = new Date(now + index);
      return { _id: newId(), userId: id, startedAt, lastUsedAt: startedAt, expiresAt };
    }),
  );
  auth.system.clock.advance(1_000);
  expect((await auth.api.delete('/api/users/sessions').set('Cookie', first)).status).toBe(204);
  expect(await list(first)).toMatchObject([{ current: true }]);
});

test('When a key is added in front of the others, then sessions of the old key go on', async () => {
  const { cookies } = await openSessions(1);
  const rotated = await auth.startReplica({ JWT_KEY: `another key of 32 bytes for tests,${auth.system.env.JWT_KEY}` });
  expect(await isSignedIn(cookies[0] ?? '', rotated)).toBe(true);
});

test('When an account has begun too many sessions within a day, then sign-in is 429 until the day is over', async () => {
  const limited = await auth.startReplica({ RATE_LIMITS: 'on' });
  const { id, email } = await openSessions(1);
  const now = auth.system.clock.now();
  const expiresAt = new Date(now.getTime() + 1_000_000);
  const begun = Array.from({ length: 299 }, () => ({
    _id: newId(),
    userId: id,
    startedAt: now,
    lastUsedAt: now,
    expiresAt,
  }));
  await auth.sessions.insertMany(begun);
  const signIn = () => limited.post('/api/users/signin').send({ email, password: 'correct horse' });
  const refused = await signIn();
  expect([refused.status, refused.get('Retry-After')]).toEqual([429, '3600']);
  await auth.sessions.updateOne(
    { _id: begun[0]?._id ?? '' },
    { $set: { startedAt: new Date(now.getTime() - 86_400_000) } },
  );
  expect((await signIn()).status).toBe(200);
});

/** What the services that follow the events know: the latest end of the user's sessions. */
const latestEnd = (userId: string) =>
  auth.system
    .events(sessionsEnded)
    .map(({ data }) => data)
    .filter((data) => data.userId === userId)
    .toSorted((one, other) => one.issuedBefore.localeCompare(other.issuedBefore))
    .at(-1);

/** Repeats the request until `action` is done. */
const whileRepeating = async <T>(repeat: () => Promise<unknown>, action: () => Promise<T>): Promise<T> => {
  const state = { done: false };
  const repeating = (async () => {
    while (!state.done) await repeat();
  })();
  try {
    return await action();
  } finally {
    state.done = true;
    await repeating;
  }
};

test.each([
  [
    'changes the password',
    (cookie: string) =>
      auth.api
        .put('/api/users/password')
        .set('Cookie', cookie)
        .send({ currentPassword: 'correct horse', newPassword: 'correct battery' }),
    200,
  ],
  [
    'closes the account',
    (cookie: string) => auth.api.delete('/api/users/me').set('Cookie', cookie).send({ password: 'correct horse' }),
    204,
  ],
] as const)(
  'When somebody with a copy of a session keeps ending all others while the owner %s, then the copy has ended everywhere',
  async (_, request, status) => {
    for (let round = 0; round < 5; round += 1) {
      const { id, email, cookies } = await openSessions(1);
      const [copied = ''] = cookies;
      const endOthers = (api: Api) => api.delete('/api/users/sessions').set('Cookie', copied);
      const response = await whileRepeating(
        () => Promise.all([endOthers(auth.api), endOthers(replica)]),
        async () => {
          // The owner's session may be ended by the copy before it is used.
          for (;;) {
            const owner = await auth.signIn(email);
            if (owner.status !== 200) return owner;
            const answer = await request(cookieOf(owner));
            if (answer.status !== 401) return answer;
          }
        },
      );
      expect(response.status).toBe(status);
      expect(await isSignedIn(copied)).toBe(false);
      const account = await auth.users.findOne({ _id: id });
      await auth.system.eventually(() =>
        expect(latestEnd(id)?.issuedBefore).toBe(account?.sessionsFrom?.toISOString()),
      );
      expect(latestEnd(id)?.except).toBe(account?.keptSession);
    }
  },
);

test('When two sessions end all others at once, then all services keep the same one', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, cookies } = await openSessions(2);
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? auth.api : replica)
          .delete('/api/users/sessions')
          .set('Cookie', cookies[Math.floor(index / 2) % 2] ?? ''),
      ),
    );
    expect(responses.map(({ status }) => status).filter((status) => status !== 204 && status !== 401)).toEqual([]);
    const live = await Promise.all(cookies.map((cookie) => isSignedIn(cookie)));
    expect(live.filter(Boolean)).toHaveLength(1);
    const account = await auth.users.findOne({ _id: id });
    await auth.system.eventually(() => expect(latestEnd(id)?.issuedBefore).toBe(account?.sessionsFrom?.toISOString()));
    expect(latestEnd(id)?.except).toBe(account?.keptSession);
  }
});
