import { expect, test } from '@jest/globals';
import { EndedSessions } from './ended-sessions.ts';

const at = (milliseconds: number): Date => new Date(milliseconds);
const expiresAt = at(10_000);
const session = (sid: string, startedAt = 0, id = 'ann') => ({ id, email: `${id}@example.com`, sid, startedAt });

test('When a session has ended, then it and no other is known to have ended', () => {
  const ended = new EndedSessions(10);
  expect(ended.add({ sid: 'one', expiresAt })).toBe(true);
  expect(ended.add({ sid: 'one', expiresAt })).toBe(false);
  expect([ended.has(session('one')), ended.has(session('two'))]).toEqual([true, false]);
});

test("When a user's sessions end, then those that began before have ended, except one", () => {
  const ended = new EndedSessions(10);
  ended.add({ userId: 'ann', issuedBefore: at(1_000), except: 'kept', expiresAt });
  expect(ended.has(session('old', 999))).toBe(true);
  expect(ended.has(session('kept', 999))).toBe(false);
  expect(ended.has(session('new', 1_000))).toBe(false);
  expect(ended.has(session('old', 999, 'bob'))).toBe(false);
});

test.each([
  ['in order', [1_000, 2_000]],
  ['in the other order', [2_000, 1_000]],
])("When a user's sessions end twice, heard %s, then the later ending counts", (_, times) => {
  const ended = new EndedSessions(10);
  for (const time of times) ended.add({ userId: 'ann', issuedBefore: at(time), except: `of ${time}`, expiresAt });
  expect(ended.has(session('of 1000', 999))).toBe(true);
  expect(ended.has(session('of 2000', 999))).toBe(false);
  expect(ended.size).toBe(1);
});

test('When it is full, then it takes no more, forgets nothing, and is not complete', () => {
  const ended = new EndedSessions(2);
  for (const sid of ['one', 'two']) ended.add({ sid, expiresAt });
  expect(ended.isComplete).toBe(true);
  expect(ended.add({ sid: 'three', expiresAt })).toBe(true);
  expect(ended.add({ userId: 'ann', issuedBefore: at(1), expiresAt })).toBe(true);
  expect(ended.isComplete).toBe(false);
  expect(['one', 'two', 'three'].map((sid) => ended.has(session(sid)))).toEqual([true, true, false]);
  expect(ended.size).toBe(2);
});

test('When tokens have expired, then their endings are forgotten', () => {
  const ended = new EndedSessions(10);
  ended.add({ sid: 'one', expiresAt: at(1_000) });
  ended.add({ sid: 'two', expiresAt: at(1_001) });
  ended.add({ userId: 'ann', issuedBefore: at(5), expiresAt: at(1_000) });
  ended.forgetExpired(at(1_000));
  expect(ended.size).toBe(1);
  expect(ended.has(session('two'))).toBe(true);
});
