import { expect, test } from '@jest/globals';
import { safeNext, signInPath } from './safe-next.ts';

test.each(['/tickets/1', '/orders/1?x=1#pay', '/'])('When next is %j, then it is followed', (next) => {
  expect(safeNext(next)).toBe(next);
});

test.each([
  undefined,
  ['/a', '/b'],
  '',
  'tickets/1',
  'https://evil.example/',
  '//evil.example/',
  '//evil.example/orders',
  '/\\evil.example/',
  '/\t/evil.example/',
  '\\\\evil.example',
  'javascript:alert(1)',
  '/.//evil.example',
])('When next is %j, then the home page is used', (next) => {
  expect(safeNext(next)).toBe('/');
});

test('When a page needs a session, then signing in leads back to it', () => {
  const url = new URL(signInPath('/tickets/1?a=b&c=d'), 'http://site.invalid');
  expect(url.pathname).toBe('/signin');
  expect(safeNext(url.searchParams.get('next'))).toBe('/tickets/1?a=b&c=d');
});
