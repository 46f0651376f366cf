import { expect, test } from '@jest/globals';
import { isCrossSite } from './cross-site.ts';

const publicOrigin = 'https://tickets.example';
const host = '127.0.0.1:3000';

test.each([
  ['a program', { host }],
  ['a page of the public address, behind a proxy with its default Host', { host, origin: publicOrigin }],
  ['a page of the same host', { host, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' }],
  ['a page of the same host, which names the default port', { host: 'a.example:443', origin: 'https://a.example' }],
  ['a page of the same host in other letters', { host: 'A.Example', origin: 'https://a.example' }],
  ['the user, by the address bar', { host, 'sec-fetch-site': 'none' }],
])('When a POST comes from %s, then it is accepted', (_from, headers) => {
  expect(isCrossSite({ method: 'POST', headers }, publicOrigin)).toBe(false);
});

test.each([
  ['another site', { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another site, in an old browser', { host, origin: 'https://evil.example' }],
  ['a subdomain', { host, origin: publicOrigin, 'sec-fetch-site': 'same-site' }],
  ['a sandboxed frame', { host, origin: 'null' }],
  ['another port', { host, origin: 'http://127.0.0.1:3001' }],
  ['the public address without TLS', { host, origin: 'http://tickets.example' }],
  ['something that is no address', { host, origin: 'tickets.example' }],
  ['another site, without a Host', { origin: 'https://evil.example' }],
  ['a site that hides its Origin', { host, 'sec-fetch-site': 'cross-site' }],
])('When a POST comes from %s, then it is cross-site', (_from, headers) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    expect([method, isCrossSite({ method, headers }, publicOrigin)]).toEqual([method, true]);
  for (const method of ['GET', 'HEAD'])
    expect([method, isCrossSite({ method, headers }, publicOrigin)]).toEqual([method, false]);
});
