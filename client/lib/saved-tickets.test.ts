import { expect, test } from '@jest/globals';
import { sessionPageHeaders } from './saved-tickets.ts';

const site = new URL('https://tickets.example');

test.each(['/signin', '/signin?next=%2Forders', '/signup', '/goodbye', '/reset-password?token=1'])(
  'When a session ends or begins with %s, then what the site has stored in the browser is removed',
  (url) => {
    expect(sessionPageHeaders({ url, cookie: 'device=1' }, site)).toEqual({ 'Clear-Site-Data': '"storage"' });
  },
);

test.each(['/', '/wallet', '/orders/signin', '/signing'])('When the page is %s, then it stays', (url) => {
  expect(sessionPageHeaders({ url, cookie: 'device=1' }, site)).toEqual({});
});

test('When the connection is not secure, then browsers get no header that they would complain about', () => {
  expect(sessionPageHeaders({ url: '/signin', cookie: undefined }, new URL('http://192.0.2.1:3000'))).toEqual({});
  expect(sessionPageHeaders({ url: '/signin', cookie: undefined }, new URL('http://localhost:3000'))).not.toEqual({});
});

test('When somebody with a session is led to the sign-in page, then the tickets stay', () => {
  expect(sessionPageHeaders({ url: '/signin', cookie: 'a=1; session=eyJqd3QiOiJ4In0=' }, site)).toEqual({});
});
