import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createSessionTokens } from '@ticketing/common/http';
import { createLogger } from '@ticketing/common/service';
import { cookieOf, newEmail, openHarness, type AuthHarness } from '../test/harness.ts';

const password = 'correct horse';
let auth: AuthHarness;
/** Everything that the service logs. */
let output = '';

beforeAll(async () => {
  const logger = createLogger({ service: 'auth', level: 'trace', write: (line) => void (output += line) });
  auth = await openHarness({ RATE_LIMITS: 'on' }, { logger });
});
beforeEach(() => {
  output = '';
});
afterAll(() => auth.system.close());

const securityLines = () =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ log }) => log === 'security');

const recorded = () => securityLines().map(({ event }) => event);

const counted = async (event: string): Promise<number> => {
  const { text } = await auth.api.get('/metrics');
  return Number(new RegExp(`^security_events_total\\{event="${event}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
};

test('When a user signs up, out and in, then each is recorded with the user and one hash of the e-mail', async () => {
  const email = newEmail();
  const signUp = await auth
    .signUp(email, password)
    .set('User-Agent', 'Mozilla/5.0')
    .set('X-Forwarded-For', '203.0.113.7');
  await auth.api.post('/api/users/signout').set('Cookie', cookieOf(signUp)).send({});
  await auth.signIn(` ${email.toUpperCase()}`, password);
  const userId = signUp.body.id;
  expect(securityLines()).toEqual([
    expect.objectContaining({ event: 'signed_up', address: '203.0.113.7', userAgent: 'Mozilla/5.0', userId }),
    expect.objectContaining({ event: 'signed_out', userId }),
    expect.objectContaining({ event: 'signed_in', userId }),
  ]);
  const [signedUp, , signedIn] = securityLines();
  expect(signedUp?.account).toMatch(/^[\w-]{24}$/);
  expect(signedIn?.account).toBe(signedUp?.account);
  expect(signedUp?.requestId).toBe(signUp.get('X-Request-Id'));
});

test('When a user ends sessions from the list, then that is recorded', async () => {
  const email = newEmail();
  const other = await auth.signUp(email, password);
  const cookie = cookieOf(await auth.signIn(email, password));
  const { body } = await auth.api.get('/api/users/sessions').set('Cookie', cookieOf(other));
  const [{ id }] = body.filter(({ current }: { current: boolean }) => current);
  output = '';
  await auth.api.delete(`/api/users/sessions/${id}`).set('Cookie', cookie);
  await auth.api.delete('/api/users/sessions').set('Cookie', cookie);
  expect(securityLines()).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ event: 'session_ended', userId: other.body.id })),
  );
});

test('When nobody is signed in, then signing out is not recorded', async () => {
  await auth.api.post('/api/users/signout').send({});
  expect(recorded()).toEqual([]);
});

test('When a password is wrong or an e-mail unknown, then the failure is recorded with its account, and what follows the tenth as limited', async () => {
  const before = await counted('sign_in_failed');
  const email = newEmail();
  for (let attempt = 0; attempt < 12; attempt += 1) await auth.signIn(email, `wrong-${attempt}`);
  expect(recorded()).toEqual([...Array.from({ length: 10 }, () => 'sign_in_failed'), 'limited', 'limited']);
  expect(new Set(securityLines().map(({ account }) => account)).size).toBe(1);
  expect(securityLines().at(-1)).toMatchObject({ limit: 'signingIn', account: expect.any(String) });
  expect((await counted('sign_in_failed')) - before).toBe(10);
});

test('When an event has not happened yet, then its counter is 0', async () => {
  expect(await counted('bad_signature')).toBe(0);
});

test('When sign-up or sign-in is refused for what the body looks like, then nothing is recorded', async () => {
  await auth.signUp(newEmail(), 'short');
  await auth.signIn('no e-mail');
  expect(recorded()).toEqual([]);
});

test('When all of this happens, then no line of the service contains a password, a token, a cookie or an e-mail', async () => {
  const email = newEmail();
  const signUp = await auth.signUp(email, password);
  const again = await auth.signUp(email, 'another horse');
  const wrong = await auth.signIn(email, 'staple battery');
  const signIn = await auth.signIn(email, password);
  const device = signIn.get('Set-Cookie')?.find((line) => line.startsWith('device=')) ?? '';
  const forged = createSessionTokens(['another key of 32 bytes for tests']).sign({
    id: 'ann',
    email,
    sid: 's1',
    startedAt: 1,
  });
  const forgedCookie = `session=${Buffer.from(JSON.stringify({ jwt: forged })).toString('base64')}`;
  await auth.api.get('/api/users/currentuser').set('Cookie', forgedCookie);
  await auth.api.post('/api/users/signout').set('Cookie', cookieOf(signIn)).send({});
  await auth.api.post('/api/users/signout').set('Origin', 'https://evil.example').send({ email, password });
  expect([signUp.status, again.status, wrong.status, signIn.status]).toEqual([201, 400, 400, 200]);
  expect(recorded()).toEqual(['signed_up', 'sign_in_failed', 'signed_in', 'invalid_token', 'signed_out', 'cross_site']);
  const tokens = [signUp, signIn].map((response) => cookieOf(response).replace('session=', ''));
  const jwts = tokens.map((token): string => JSON.parse(Buffer.from(token, 'base64').toString()).jwt);
  const secrets = [email, password, 'another horse', 'staple battery', forged, forgedCookie, device.slice(7, 40)];
  for (const secret of [...secrets, ...tokens, ...jwts]) {
    expect(secret.length).toBeGreaterThan(8);
    expect(output.toLowerCase()).not.toContain(secret.toLowerCase());
  }
});
