import { expect, test } from '@jest/globals';
import { natsServers } from './nats-servers.ts';

test.each([
  ['nats://127.0.0.1:4222', { servers: ['nats://127.0.0.1:4222'] }],
  ['nats://a:1,tls://b:2', { servers: ['nats://a:1', 'tls://b:2'] }],
  ['nats://a:1,b:2', { servers: ['nats://a:1', 'nats://b:2'] }],
  ['nats://a:1, nats://b:2', { servers: ['nats://a:1', 'nats://b:2'] }],
  [
    'nats://me:p%40ss@a:1,nats://b:2',
    { servers: ['nats://a:1', 'nats://b:2'], user: 'me', pass: 'p@ss', inboxPrefix: '_INBOX_me' },
  ],
  ['nats://m%2Ee:pass@a:1', { servers: ['nats://a:1'], user: 'm.e', pass: 'pass' }],
  ['tls://t0ken@a:1,tls://b:2', { servers: ['tls://a:1', 'tls://b:2'], token: 't0ken', tls: {} }],
  ['nats://t0ken@a:1', { servers: ['nats://a:1'], token: 't0ken' }],
])('When NATS_URL is %s, then its servers and credentials are separated', (urls, expected) => {
  expect(natsServers(urls)).toEqual(expected);
});
