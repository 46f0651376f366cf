import { expect, test } from '@jest/globals';
import { hasSession, readSetCookie, relayedCookies } from './relayed-cookies.ts';

test('When a request has several cookies, then only those of the services are forwarded, unchanged', () => {
  const header = 'a=1; session=eyJqd3QiOiJ4In0=; b=2; device=x.y.z~u.v.w; __Host-device=p.q.r';
  expect(relayedCookies(header)).toBe('session=eyJqd3QiOiJ4In0=; device=x.y.z~u.v.w; __Host-device=p.q.r');
  expect(relayedCookies('othersession=1')).toBeUndefined();
  expect(relayedCookies(null)).toBeUndefined();
});

test('When a cookie header has a session, then it is found', () => {
  expect(hasSession('a=1; session=eyJqd3QiOiJ4In0=')).toBe(true);
  for (const header of ['session=', 'session=; a=1', 'othersession=1', 'device=x', '', null])
    expect([header, hasSession(header)]).toEqual([header, false]);
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

test('When a browser is to be known again, then its cookie is relayed as it is', () => {
  const cookie = readSetCookie('device=x.y-1.z_~u.v.w; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax');
  expect(cookie).toMatchObject({ name: 'device', value: 'x.y-1.z_~u.v.w', httpOnly: true, sameSite: 'lax' });
  expect(encodeURIComponent(cookie?.value ?? '')).toBe(cookie?.value);
});

test('When the cookie of a known browser is one of https, then it keeps what its prefix requires', () => {
  const cookie = readSetCookie('__Host-device=x.y.z; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax');
  expect(cookie).toMatchObject({ name: '__Host-device', path: '/', secure: true });
});

test('When a page may report what was done, then its cookie is for that page alone', () => {
  const header = 'done=1; Max-Age=60; Path=/goodbye; Expires=Sat, 21 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax';
  expect(readSetCookie(header)).toMatchObject({
    name: 'done',
    path: '/goodbye',
    secure: false,
    expires: new Date('2026-03-21T12:00:00Z'),
  });
  expect(relayedCookies('done=1')).toBeUndefined();
});

test('When the cookie is another one, then it is not relayed', () => {
  expect(readSetCookie('tracking=1; path=/')).toBeUndefined();
});
