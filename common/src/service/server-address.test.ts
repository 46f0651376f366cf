import { expect, test } from '@jest/globals';
import { serverAddress } from './server-address.ts';

test.each([
  ['http://127.0.0.1:4242', { protocol: 'http', host: '127.0.0.1', port: 4242 }],
  ['http://stripe-sandbox', { protocol: 'http', host: 'stripe-sandbox', port: 80 }],
  ['https://key@stripe.example/', { protocol: 'https', host: 'stripe.example', port: 443 }],
] as const)('When the URL of a server is %s, then its parts are known', (url, expected) => {
  expect(serverAddress(url)).toEqual(expected);
});
