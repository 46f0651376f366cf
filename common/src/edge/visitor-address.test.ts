import { expect, test } from '@jest/globals';
import { behindRouter, parseTrustProxy, visitorAddress } from './visitor-address.ts';

const proxies = (text: string) => {
  const parsed = parseTrustProxy(text);
  if (parsed === undefined) throw new Error(`malformed: ${text}`);
  return parsed;
};

const visitor = '203.0.113.7';
const spoofed = '198.51.100.1';

// What really arrives: [in front, TRUST_PROXY, peer of the process, X-Forwarded-For].
test.each([
  ['ingress-nginx, which replaces the header', '0', '10.8.0.3', visitor],
  ['ingress-nginx, for a form through the client pod', '0', '10.8.0.9', visitor],
  ['the local router', '0', '127.0.0.1', visitor],
  ["Google's load balancer", '1', '35.191.10.3', `${visitor}, 34.120.1.2`],
  ["Google's load balancer, from its other range", '1', '130.211.0.9', `${visitor}, 34.120.1.2`],
  ["Google's load balancer, for a form through the client pod", '1', '10.8.0.9', `${visitor}, 34.120.1.2`],
  ["Google's load balancer, and a visitor's own header", '1', '35.191.10.3', `${spoofed}, ${visitor}, 34.120.1.2`],
  ['a load balancer, then an ingress that appends', '1', '10.8.0.3', `${spoofed}, ${visitor}, 10.8.0.1`],
  ['the same by ranges', '10.8.0.0/16, fd00::/8', '10.8.0.3', `${spoofed},${visitor}, fd00::1, 10.8.0.1`],
])('When a service is behind %s with TRUST_PROXY=%s, then the visitor is counted', (_front, trust, peer, header) => {
  const found = visitorAddress({ peer, forwardedFor: header }, behindRouter(proxies(trust)));
  expect(found).toBe(visitor);
});

test.each([
  ['nothing', '0', visitor, undefined],
  ["nothing, and a visitor's own header", '0', visitor, spoofed],
  ['nginx with proxy_add_x_forwarded_for', '1', '127.0.0.1', visitor],
  ['nginx with proxy_add_x_forwarded_for, and a visitor’s own header', '1', '127.0.0.1', `${spoofed}, ${visitor}`],
  ['nginx named by its address', '127.0.0.1,::1', '::1', `${spoofed}, ${visitor}`],
  ['nginx on a dual-stack socket', '127.0.0.0/8', '::ffff:127.0.0.1', visitor],
  ['two proxies', '2', '127.0.0.1', `${spoofed}, ${visitor}, 192.0.2.1`],
  ['nginx, around which the visitor goes', '192.0.2.1', visitor, spoofed],
])('When the router is behind %s with TRUST_PROXY=%s, then the visitor is counted', (_front, trust, peer, header) => {
  expect(visitorAddress({ peer, forwardedFor: header }, proxies(trust))).toBe(visitor);
});

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['a header that holds no address', 'unknown'],
])('When a trusted proxy sends %s, then its own address is counted', (_what, forwardedFor) => {
  expect(visitorAddress({ peer: '10.0.0.1', forwardedFor }, proxies('3'))).toBe('10.0.0.1');
});

test.each(['', '-1', '10', '1.5', 'all', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '::/129', '1.2.3.4,', '10.0.0.0/8/8'])(
  'When TRUST_PROXY is %j, then it is malformed',
  (text) => {
    expect(parseTrustProxy(text)).toBeUndefined();
  },
);
