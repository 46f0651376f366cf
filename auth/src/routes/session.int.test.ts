import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
let https: Api;

beforeAll(async () => {
  auth = await openHarness();
  https = await auth.startReplica({ PUBLIC_URL: 'https://tickets.example' });
});
afterAll(() => auth.system.close());

const cleared = /^session=; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly$/i;

test.each([
  ['no body', undefined],
  ['an empty body', {}],
])('When somebody signs out with %s, then the session is cleared', async (_title, body) => {
  const response = await auth.api.post('/api/users/signout').set(auth.system.as('ann')).send(body);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({});
  expect(response.get('Set-Cookie')).toEqual([expect.stringMatching(cleared)]);
});

test('When nobody is signed in, then signing out clears the session too', async () => {
  const response = await auth.api.post('/api/users/signout').send({});
  expect(response.status).toBe(200);
  expect(response.get('Set-Cookie')).toEqual([expect.stringMatching(cleared)]);
});

test('When the session is valid, then the current user is its user and the response may not be cached', async () => {
  const response = await auth.api.get('/api/users/currentuser').set(auth.system.as('ann'));
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ currentUser: { id: 'ann', email: 'ann@example.com', emailVerified: false } });
  expect(response.get('Cache-Control')).toBe('private, no-store');
});

const forged = (jwt: unknown): string => `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;
const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"id":"ann","email":"ann@example.com"}')}.`;

test.each(['', 'session=nonsense', forged('a.b.c'), forged({ $gt: '' }), forged(unsigned)])(
  'When the cookie is %j, then the current user is null',
  async (cookie) => {
    const response = await auth.api.get('/api/users/currentuser').set('Cookie', cookie);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ currentUser: null });
  },
);

test('When PUBLIC_URL is https, then the cookie is secure, and otherwise not', async () => {
  const email = newEmail();
  const signUp = await https.post('/api/users/signup').send({ email, password: 'correct horse' });
  expect(signUp.get('Set-Cookie')?.[0]).toMatch(/; secure/i);
  expect((await https.post('/api/users/signout')).get('Set-Cookie')?.[0]).toMatch(/^session=;.*; secure/i);
  expect((await auth.signIn(email)).get('Set-Cookie')?.[0]).not.toMatch(/secure/i);
});

test('When a route does not exist, then the response is 404 in the error envelope', async () => {
  const response = await auth.api.get('/api/users/nothing');
  expect(response.status).toBe(404);
  expect(response.body).toEqual({ errors: [{ message: 'Not Found' }] });
});
