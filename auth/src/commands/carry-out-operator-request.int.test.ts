import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sessionsEnded, userUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { OperatorRequest } from '@ticketing/common/operator';
import { createLogger } from '@ticketing/common/service';
import { cookieOf, newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
let replica: Api;
/** Everything that the service logs. */
let output = '';

beforeAll(async () => {
  const logger = createLogger({ service: 'auth', level: 'info', write: (line) => void (output += line) });
  auth = await openHarness({}, { logger });
  replica = await auth.startReplica();
});
beforeEach(() => {
  output = '';
});
afterAll(() => auth.system.close());

const requests = () => auth.system.collection<OperatorRequest>('operator-requests');
const newRequest = (account: string, action = 'end-sessions') => ({
  _id: newId(),
  action,
  subject: account,
  by: 'olga',
  requestedAt: new Date(),
});
/** The request once it is carried out. */
const done = (_id: string): Promise<OperatorRequest | null> =>
  auth.system.eventually(async () => {
    const request = await requests().findOne({ _id });
    expect(request?.doneAt).toBeDefined();
    return request;
  });
/** Requests the end of the account's sessions; the request once it is carried out. */
const endSessions = async (account: string, action?: string): Promise<OperatorRequest | null> => {
  const request = newRequest(account, action);
  const { _id } = request;
  await requests().insertOne(request);
  return done(_id);
};
const isSignedIn = async (cookie: string): Promise<boolean> =>
  (await auth.api.get('/api/users/currentuser').set('Cookie', cookie)).body.currentUser !== null;
const published = (id: string) => auth.system.events(sessionsEnded).filter(({ data }) => data.userId === id);
const recorded = () =>
  output
    .split('\n')
    .filter((line) => line.includes('"session_ended"'))
    .map((line): Record<string, unknown> => JSON.parse(line));

test.each<[string, (user: { id: string; email: string }) => string]>([
  ['e-mail', ({ email }) => ` ${email.toUpperCase()}`],
  ['id', ({ id }) => id],
])(
  'When an operator ends the sessions of a user, named by %s, then all have ended, also the kept one, and later ones go on',
  async (_, accountOf) => {
    const email = newEmail();
    const signUp = await auth.signUp(email);
    const { id }: { id: string } = signUp.body;
    const cookies = [cookieOf(signUp), cookieOf(await auth.signIn(email))];
    // This one has ended the others, and would go on.
    const kept = cookieOf(await auth.signIn(email));
    await auth.api.delete('/api/users/sessions').set('Cookie', kept);
    const stranger = cookieOf(await auth.signUp(newEmail()));
    output = '';
    // The clock that began the session was ahead.
    auth.system.clock.advance(-1_000);
    const request = await endSessions(accountOf({ id, email }));
    auth.system.clock.advance(1_000);
    expect(request).toMatchObject({ outcome: 'ended' });
    expect(request).not.toHaveProperty('subject');
    for (const cookie of [...cookies, kept]) expect(await isSignedIn(cookie)).toBe(false);
    expect(await isSignedIn(stranger)).toBe(true);
    expect(await isSignedIn(cookieOf(await auth.signIn(email)))).toBe(true);
    await auth.system.eventually(() => expect(published(id).at(-1)?.data).not.toHaveProperty('except'));
    await auth.system.eventually(() =>
      expect(recorded()).toEqual([
        expect.objectContaining({
          log: 'security',
          address: 'operator',
          operator: 'olga',
          subject: id,
          account: expect.any(String),
          requestId: request?._id,
        }),
      ]),
    );
    expect(output.toLowerCase()).not.toContain(email);
  },
);

test('When an operator suspends an account, then its sessions end and it cannot sign in until it is reinstated', async () => {
  const email = newEmail();
  const signUp = await auth.signUp(email);
  const { id }: { id: string } = signUp.body;
  const cookie = cookieOf(signUp);
  expect(await endSessions(id, 'reinstate')).toMatchObject({ outcome: 'not_suspended' });
  output = '';
  expect(await endSessions(id, 'suspend')).toMatchObject({ outcome: 'suspended' });
  expect(await isSignedIn(cookie)).toBe(false);
  await auth.system.eventually(() => expect(published(id)).toHaveLength(1));
  const message = 'This account is suspended. Contact us if you think that this is a mistake.';
  for (const api of [auth.api, replica]) {
    const refused = await api.post('/api/users/signin').send({ email, password: 'correct horse' });
    expect([refused.status, refused.body]).toEqual([400, { errors: [{ message }] }]);
    const wrong = await api.post('/api/users/signin').send({ email, password: 'wrong horse' });
    expect(wrong.body).toEqual({ errors: [{ message: 'Invalid credentials' }] });
  }
  const suspended = await auth.users.findOne({ _id: id });
  expect(await endSessions(id, 'suspend')).toMatchObject({ outcome: 'suspended' });
  expect(await auth.users.findOne({ _id: id })).toMatchObject({ version: suspended?.version });
  expect(await endSessions(id, 'reinstate')).toMatchObject({ outcome: 'reinstated' });
  expect(await isSignedIn(cookie)).toBe(false);
  expect(await isSignedIn(cookieOf(await auth.signIn(email)))).toBe(true);
  await auth.system.eventually(() => {
    const states = auth.system.events(userUpdated).filter(({ data }) => data.id === id);
    expect(states.map(({ data }) => [data.suspendedAt, data.reinstatedAt])).toEqual([
      [expect.any(String), undefined],
      [expect.any(String), expect.any(String)],
    ]);
  });
  expect(output).toContain('"account_suspended"');
  expect(output).toContain('"account_reinstated"');
});

test('When a process dies after it has suspended or reinstated an account, then the repeated request undoes no later one', async () => {
  const { id }: { id: string } = (await auth.signUp(newEmail())).body;
  /** As if the process had died before it could record the outcome. */
  const repeat = async (request: OperatorRequest | null) => {
    const _id = request?._id ?? '';
    const again = { $set: { subject: id }, $unset: { doneAt: true, outcome: true, leasedUntil: true } } as const;
    await requests().updateOne({ _id }, again);
    return (await done(_id))?.outcome;
  };
  const suspension = await endSessions(id, 'suspend');
  const reinstatement = await endSessions(id, 'reinstate');
  const reinstated = await auth.users.findOne({ _id: id });
  expect(await repeat(suspension)).toBe('suspended');
  expect(await auth.users.findOne({ _id: id })).toMatchObject({ version: reinstated?.version });
  await endSessions(id, 'suspend');
  const suspended = await auth.users.findOne({ _id: id });
  expect(await repeat(reinstatement)).toBe('reinstated');
  expect(await auth.users.findOne({ _id: id })).toMatchObject({ version: suspended?.version });
});

test('When an account is suspended while it signs in, then no session of it goes on', async () => {
  const email = newEmail();
  const { id }: { id: string } = (await auth.signUp(email)).body;
  const signIns = Array.from({ length: 8 }, () =>
    auth.api.post('/api/users/signin').send({ email, password: 'correct horse' }),
  );
  const [, ...responses] = await Promise.all([endSessions(id, 'suspend'), ...signIns]);
  for (const response of responses)
    if (response.status === 200) expect(await isSignedIn(cookieOf(response))).toBe(false);
});

test('When two replicas carry the same requests out at once, then each is recorded once', async () => {
  const { body } = await auth.signUp(newEmail());
  output = '';
  const made = Array.from({ length: 30 }, () => newRequest(body.id));
  const ids = made.map(({ _id }) => _id);
  await requests().insertMany(made);
  // Their workers run at once.
  const resets = [auth.api, replica].map((api) => api.post('/api/users/password-reset').send({ email: newEmail() }));
  await Promise.all(resets);
  await auth.system.eventually(async () =>
    expect(await requests().countDocuments({ _id: { $in: ids }, doneAt: { $exists: true } })).toBe(ids.length),
  );
  await auth.system.eventually(() =>
    expect(recorded().map(({ requestId }) => requestId)).toEqual(expect.arrayContaining(ids)),
  );
  expect(recorded()).toHaveLength(ids.length);
});

test('When there is no such account, or it is closed, then the request says so and no session ends', async () => {
  const closed = await auth.signUp(newEmail());
  await auth.api.delete('/api/users/me').set('Cookie', cookieOf(closed)).send({ password: 'correct horse' });
  const signedIn = cookieOf(await auth.signUp(newEmail()));
  const before = await auth.users.find({}, { projection: { version: 1, sessionsFrom: 1 } }).toArray();
  for (const account of [newEmail(), newId(), '', closed.body.id, `closed:${closed.body.id}`]) {
    const request = await endSessions(account);
    expect(request).toMatchObject({ outcome: 'no_account' });
    expect(request).not.toHaveProperty('subject');
  }
  expect(await endSessions(closed.body.id, 'suspend')).toMatchObject({ outcome: 'no_account' });
  expect(await endSessions(newId(), 'another')).toMatchObject({ outcome: 'unknown_action' });
  expect(await auth.users.find({}, { projection: { version: 1, sessionsFrom: 1 } }).toArray()).toEqual(before);
  expect(await isSignedIn(signedIn)).toBe(true);
  expect(recorded()).toEqual([]);
});
