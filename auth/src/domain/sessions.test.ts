import { expect, test } from '@jest/globals';
import { sessionCutoff } from './sessions.ts';

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
