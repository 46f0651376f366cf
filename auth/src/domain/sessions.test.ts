import { expect, test } from '@jest/globals';
import { createSessionTokens } from '@ticketing/common/http';
import { z } from 'zod';
import { users } from '../models/user.ts';
import { expiryOf, sessionCutoff } from './sessions.ts';

const time = (ms: number) => new Date(1_700_000_000_000 + ms);

test.each([
  ['nothing', {}, 0],
  ['an earlier sign-in and end', { lastSignInAt: time(-5), sessionsFrom: time(-9) }, 0],
  ['a sign-in by a clock that is ahead', { lastSignInAt: time(30) }, 31],
  ['an end by a clock that is ahead', { lastSignInAt: time(-5), sessionsFrom: time(40) }, 41],
  ['an end in the same millisecond', { sessionsFrom: time(0) }, 1],
])('When there was %s, then all sessions so far end, later than ever before', (_, account, expected) => {
  expect(sessionCutoff(time(0), account)).toEqual(time(expected));
});

test('When a token is signed some seconds after its session began, then the record of the session outlives it', () => {
  const startedAt = new Date(Date.now() - 30_000);
  const token = createSessionTokens(['a key of 32 bytes for tests only']).sign({
    id: 'user',
    email: 'ann@example.com',
    sid: 'session',
    startedAt: startedAt.getTime(),
  });
  const { exp } = z
    .object({ exp: z.number() })
    .parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  expect(expiryOf(startedAt).getTime()).toBeGreaterThan(exp * 1000);
});

test('When the tokens of ended sessions have expired, then their end is not published again with the user', () => {
  const user = {
    _id: 'user',
    email: 'ann@example.com',
    passwordHash: '',
    createdAt: time(0),
    version: 0,
    outbox: [],
    mail: [],
    sessionsFrom: time(0),
  };
  const { republishWith } = users;
  expect(republishWith?.(user, new Date(expiryOf(time(0)).getTime() - 1))?.data).toMatchObject({ userId: 'user' });
  expect(republishWith?.(user, expiryOf(time(0)))).toBeUndefined();
});
