import { expect, test } from '@jest/globals';
import { isPlainHttp } from './plain-http.ts';

const https = new URL('https://tickets.example');
const from = (protocol: string) => ({ headers: { 'x-forwarded-proto': protocol } });

test.each([
  ['http', true],
  ['http, https', true],
  ['https', false],
  ['https, http', false],
])('When the site is https and X-Forwarded-Proto is %s, then it is plain http: %s', (protocol, plain) => {
  expect(isPlainHttp(from(protocol), https)).toBe(plain);
});

test('When the site is https and no proxy names a protocol, then the request is accepted, since it is from inside', () => {
  expect(isPlainHttp({ headers: {} }, https)).toBe(false);
});

test('When the site is http, then no request is plain http', () => {
  expect(isPlainHttp(from('http'), new URL('http://tickets.example'))).toBe(false);
});
