import { expect, test } from '@jest/globals';
import { sessionPageHeaders } from './saved-tickets.ts';

const site = new URL('https://tickets.example');

test.each(['/signin', '/signin?next=%2Forders', '/signup', '/goodbye', '/reset-password?token=1'])(
  'When a session ends or begins with %s, then what the site has stored in the browser is removed',
  (url) => {
    expect(sessionPageHeaders(url, site)).toEqual({ 'Clear-Site-Data': '"storage"' });
  },
);

test.each(['/', '/wallet', '/orders/signin', '/signing'])('When the page is %s, then it stays', (url) => {
  expect(sessionPageHeaders(url, site)).toEqual({});
});

test('When the connection is not secure, then browsers get no header that they would complain about', () => {
  expect(sessionPageHeaders('/signin', new URL('http://192.0.2.1:3000'))).toEqual({});
  expect(sessionPageHeaders('/signin', new URL('http://localhost:3000'))).not.toEqual({});
});
