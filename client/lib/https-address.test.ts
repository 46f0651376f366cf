import { expect, test } from '@jest/globals';
import { httpsAddress } from './https-address.ts';

const publicUrl = new URL('https://tickets.example');

test.each([
  ['/orders?page=2', 'https://tickets.example/orders?page=2'],
  ['//evil.example/', 'https://tickets.example//evil.example/'],
  ['http://evil.example/', 'https://tickets.example/'],
  ['.evil.example/', 'https://tickets.example/'],
  [undefined, 'https://tickets.example/'],
])('When %s is requested by plain http, then the redirect leads to %s', (url, address) => {
  expect(httpsAddress(url, publicUrl)).toBe(address);
});
