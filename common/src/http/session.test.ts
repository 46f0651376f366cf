import { expect, test } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { createSessions, sessionDays } from './session.ts';

const key = 'a key for tests only';
const sessions = createSessions(key);
const user = { id: 'u1', email: 'u1@example.com' };

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('When a token is signed, then it has the id and e-mail of its user and an expiry, and nothing else', () => {
  const token = sessions.sign(user);
  expect(sessions.verify(token)).toEqual(user);
  const payload = jsonwebtoken.decode(token);
  if (typeof payload !== 'object' || payload === null) throw new Error('no payload');
  expect(Object.keys(payload).toSorted()).toEqual(['email', 'exp', 'iat', 'id']);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(sessionDays * 24 * 60 * 60);
});

const tokens: readonly (readonly [string, unknown])[] = [
  ['signed with another key', createSessions('another key for tests').sign(user)],
  ['expired', jsonwebtoken.sign(user, key, { expiresIn: -1 })],
  ['unsigned (alg none)', `${base64url({ alg: 'none', typ: 'JWT' })}.${base64url(user)}.`],
  ['signed with another algorithm', jsonwebtoken.sign(user, key, { algorithm: 'HS512' })],
  ['without a user id', jsonwebtoken.sign({ email: user.email }, key)],
  ['with an id that is not a string', jsonwebtoken.sign({ ...user, id: { $gt: '' } }, key)],
  ['not a token', 'x.y.z'],
  ['empty', ''],
  ['an object', { $gt: '' }],
  ['nothing', undefined],
];

test.each(tokens)('When a token is %s, then it is not valid', (_, token) => {
  expect(sessions.verify(token)).toBeUndefined();
});

test("When a token's payload was changed, then it is not valid", () => {
  const [header, , signature] = sessions.sign(user).split('.');
  const payload = base64url({ ...user, id: 'somebody else', exp: 9_999_999_999 });
  expect(sessions.verify(`${header}.${payload}.${signature}`)).toBeUndefined();
});
