import { expect, test } from '@jest/globals';
import { readSetCookie, sessionOf } from './session-cookie.ts';

test('When a request has several cookies, then only the session is forwarded, unchanged', () => {
  expect(sessionOf('a=1; session=eyJqd3QiOiJ4In0=; b=2')).toBe('session=eyJqd3QiOiJ4In0=');
  expect(sessionOf('session=')).toBeUndefined();
  expect(sessionOf('othersession=1')).toBeUndefined();
  expect(sessionOf(null)).toBeUndefined();
});

test('When a session is relayed to the browser, then its bytes and attributes stay the same and need no encoding', () => {
  const value = Buffer.from('{"jwt":"a.b.cd"}').toString('base64');
  expect(value).toMatch(/=$/);
  const cookie = readSetCookie(
    `session=${value}; path=/; expires=Sat, 21 Mar 2026 12:00:00 GMT; secure; httponly; samesite=lax`,
  );
  expect(cookie).toEqual({
    name: 'session',
    value: expect.any(String),
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: true,
    expires: new Date('2026-03-21T12:00:00Z'),
  });
  expect(encodeURIComponent(cookie?.value ?? '')).toBe(cookie?.value);
  expect(Buffer.from(cookie?.value ?? '', 'base64').toString()).toBe('{"jwt":"a.b.cd"}');
});

test('When the cookie is another one, then it is not relayed', () => {
  expect(readSetCookie('tracking=1; path=/')).toBeUndefined();
});
