import { expect, test } from '@jest/globals';
import { createLinkTokens, linkLifetimes, newLink } from './links.ts';

const links = createLinkTokens('a key of links, for tests only: 32 letters');
const jobId = 'reset-password:u1:f1';

test('When a token is made of a job, then it proves the purpose, the user and the fact', () => {
  expect(links.read(links.tokenOf(jobId))).toEqual({ purpose: 'reset-password', userId: 'u1', fact: 'f1' });
});

test.each([
  ['empty', ''],
  ['without a hash', jobId],
  ['of another job', links.tokenOf(jobId).replace('u1', 'u2')],
  ['of another purpose', links.tokenOf(jobId).replace('reset-password', 'verify-email')],
  ['with another hash', `${links.tokenOf(jobId).slice(0, -1)}!`],
  ['of another key', createLinkTokens('another key of links, for tests: 32 letters').tokenOf(jobId)],
  ['of a mail without a link', links.tokenOf('password-changed:u1:f1')],
])('When a token is %s, then it proves nothing', (_, token) => {
  expect(links.read(token)).toBeUndefined();
});

test('When a link is made, then it has a random fact and works for the time of its purpose', () => {
  const now = new Date(0);
  const [one, other] = [newLink('reset-password', now), newLink('verify-email', now)];
  expect(one.fact).toMatch(/^[0-9a-f]{32}$/);
  expect(one.fact).not.toBe(other.fact);
  expect([one.expiresAt.getTime(), other.expiresAt.getTime()]).toEqual([3_600_000, 86_400_000]);
  expect(linkLifetimes['change-email']).toBe(86_400_000);
});
