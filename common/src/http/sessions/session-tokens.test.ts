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

/** Sessions with a clock of their own, which is at `time.now`. */
const withClock = (options: { readonly maxBytes?: number } = {}) => {
  const time = { now: Date.now() };
  return { time, sessions: createSessionTokens([key], { ...options, now: () => time.now }) };
};

test('When a token was valid before, then it is not verified again', () => {
  const token = sessions.sign(user);
  const first = sessions.verify(token);
  expect(first).toMatchObject(user);
  expect(sessions.verify(token)).toBe(first);
});

test('When a token was valid before and has expired, then it is not valid', () => {
  const { time, sessions: own } = withClock();
  const token = own.sign(user);
  const expiresAt = own.verify(token)?.expiresAt ?? 0;
  time.now = expiresAt - 1;
  expect(own.verify(token)).toMatchObject(user);
  time.now = expiresAt;
  expect(own.verify(token)).toBeUndefined();
  expect(own.verify(token)).toBeUndefined();
});

test('When a token has the payload of one that was valid before, and the signature of another key, then it is not valid', () => {
  const token = sessions.sign(user);
  expect(sessions.verify(token)).toMatchObject(user);
  const payload = jsonwebtoken.decode(token);
  if (typeof payload !== 'object' || payload === null) throw new Error('no payload');
  const forged = jsonwebtoken.sign(payload, otherKey);
  expect(forged.split('.')[1]).toBe(token.split('.')[1]);
  expect(sessions.verify(forged)).toBeUndefined();
  expect(sessions.verify(forged)).toBeUndefined();
});

test('When the room for remembered tokens is full, then the one that was not used for longest is verified again', () => {
  const [one, two, three] = ['one', 'two', 'three'].map((sid) => sessions.sign({ ...user, sid }));
  const { sessions: own } = withClock({ maxBytes: 2_000 });
  const first = own.verify(one);
  const second = own.verify(two);
  expect(own.verify(one)).toBe(first);
  expect(own.verify(three)).toMatchObject({ sid: 'three' });
  expect(own.verify(one)).toBe(first);
  expect(own.verify(two)).toEqual(second);
  expect(own.verify(two)).not.toBe(second);
});

test('When many tokens were valid, then the memory of those that are remembered stays bounded', () => {
  const { sessions: own } = withClock({ maxBytes: 50_000 });
  const known = Array.from({ length: 500 }, (_, index) => {
    const token = own.sign({ ...user, sid: `s${index}` });
    return { token, verified: own.verify(token) };
  });
  // From the newest, since each that is verified again takes the place of another.
  const remembered = known.toReversed().filter(({ token, verified }) => own.verify(token) === verified);
  expect(remembered.length).toBeGreaterThan(0);
  expect(remembered.reduce((sum, { token }) => sum + token.length, 0)).toBeLessThan(50_000);
});
