import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let api: ReturnType<typeof supertest>;
let https: ReturnType<typeof supertest>;

beforeAll(async () => {
  system = await openTestSystem();
  const start = (env: Readonly<Record<string, string>>) =>
    system.start((overrides) => startService(readConfig(env), overrides));
  const services = await Promise.all([
    start(system.env),
    start({ ...system.env, PUBLIC_URL: 'https://tickets.example' }),
  ]);
  api = supertest(services[0].url);
  https = supertest(services[1].url);
});
afterAll(() => system.close());

const cleared = /^session=; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly$/i;

test.each([
  ['no body', undefined],
  ['an empty body', {}],
])('When somebody signs out with %s, then the session is cleared', async (_title, body) => {
  const response = await api.post('/api/users/signout').set(system.as('ann')).send(body);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({});
  expect(response.get('Set-Cookie')).toEqual([expect.stringMatching(cleared)]);
});

test('When nobody is signed in, then signing out clears the session all the same', async () => {
  const response = await api.post('/api/users/signout').send({});
  expect(response.status).toBe(200);
  expect(response.get('Set-Cookie')).toEqual([expect.stringMatching(cleared)]);
});

test('When the session is valid, then the current user is its user and no cache keeps that', async () => {
  const response = await api.get('/api/users/currentuser').set(system.as('ann'));
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ currentUser: { id: 'ann', email: 'ann@example.com' } });
  expect(response.get('Cache-Control')).toBe('no-store');
});

const forged = (jwt: unknown): string => `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;
const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"id":"ann","email":"ann@example.com"}')}.`;

test.each(['', 'session=nonsense', forged('a.b.c'), forged({ $gt: '' }), forged(unsigned)])(
  'When the cookie is %j, then the current user is nobody',
  async (cookie) => {
    const response = await api.get('/api/users/currentuser').set('Cookie', cookie);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ currentUser: null });
  },
);

test('When the site is https, then the cookie is secure, and otherwise not', async () => {
  const credentials = { email: `ann-${system.name}@example.com`, password: 'password' };
  const signUp = await https.post('/api/users/signup').send(credentials);
  expect(signUp.get('Set-Cookie')?.[0]).toMatch(/; secure/i);
  expect((await https.post('/api/users/signout')).get('Set-Cookie')?.[0]).toMatch(/^session=;.*; secure/i);
  expect((await api.post('/api/users/signin').send(credentials)).get('Set-Cookie')?.[0]).not.toMatch(/secure/i);
});

test('When a route does not exist, then the answer is 404 in the error envelope', async () => {
  const response = await api.get('/api/users/nothing');
  expect(response.status).toBe(404);
  expect(response.body).toEqual({ errors: [{ message: 'Not Found' }] });
});
