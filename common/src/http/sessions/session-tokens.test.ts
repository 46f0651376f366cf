import { expect, test } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { sessionDays } from '../../events/index.ts';
import { createSessionTokens } from './session-tokens.ts';

const key = 'a key of 32 bytes for tests only';
const otherKey = 'another key of 32 bytes for tests';
const sessions = createSessionTokens([key]);
const user = { id: 'u1', email: 'u1@example.com', sid: 's1', startedAt: 1_900_000_000_123 };

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('When a token is signed, then it has its user, session, audience and expiry, and nothing else', () => {
  const token = sessions.sign(user);
  expect(sessions.verify(token)).toMatchObject(user);
  const payload = jsonwebtoken.decode(token);
  if (typeof payload !== 'object' || payload === null) throw new Error('no payload');
  expect(Object.keys(payload).toSorted()).toEqual(['aud', 'email', 'exp', 'iat', 'id', 'sid', 'startedAt']);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(sessionDays * 24 * 60 * 60);
});

const tokens: readonly (readonly [string, unknown])[] = [
  ['signed with another key', createSessionTokens([otherKey]).sign(user)],
  ['expired', jsonwebtoken.sign(user, key, { expiresIn: -1 })],
  ['unsigned (alg none)', `${base64url({ alg: 'none', typ: 'JWT' })}.${base64url(user)}.`],
  ['signed with another algorithm', jsonwebtoken.sign(user, key, { algorithm: 'HS512' })],
  ['for another audience', jsonwebtoken.sign(user, key, { audience: 'another product', expiresIn: '7d' })],
  ['for several audiences', jsonwebtoken.sign(user, key, { audience: ['ticketing', 'another'], expiresIn: '7d' })],
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

test('When a token names no audience, then it is valid, as those of the release before', () => {
  expect(sessions.verify(jsonwebtoken.sign(user, key, { expiresIn: '7d' }))).toMatchObject(user);
});

test("When a token's payload was changed, then it is not valid", () => {
  const [header, , signature] = sessions.sign(user).split('.');
  const payload = base64url({ ...user, id: 'somebody else', exp: 9_999_999_999 });
  expect(sessions.verify(`${header}.${payload}.${signature}`)).toBeUndefined();
});

test('When the keys are rotated, then tokens of the old key go on being valid, and new ones are signed with the new key', () => {
  const rotated = createSessionTokens([otherKey, key]);
  expect(rotated.verify(sessions.sign(user))).toMatchObject(user);
  expect(createSessionTokens([otherKey]).verify(rotated.sign(user))).toMatchObject(user);
  expect(sessions.verify(rotated.sign(user))).toBeUndefined();
});

test('When a token of the release before names no session, then its own hash names it, always the same', () => {
  const token = jsonwebtoken.sign({ id: user.id, email: user.email, iat: 1_900_000_000, exp: 9_999_999_999 }, key);
  const other = jsonwebtoken.sign({ id: user.id, email: user.email, iat: 1_900_000_001, exp: 9_999_999_999 }, key);
  const verified = sessions.verify(token);
  expect(verified).toEqual({
    ...user,
    sid: expect.stringMatching(/^[0-9a-f]{24}$/),
    startedAt: 1_900_000_000_000,
    expiresAt: 9_999_999_999_000,
  });
  expect(sessions.verify(token)).toEqual(verified);
  expect(sessions.verify(other)?.sid).not.toBe(verified?.sid);
});
