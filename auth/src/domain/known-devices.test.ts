import { expect, test } from '@jest/globals';
import { createKnownDevices } from './known-devices.ts';

const devices = createKnownDevices('a key for tests only');

test('When a browser has signed in to an account, then it is known for this account alone', () => {
  const cookie = devices.remember(undefined, 'ann@example.com');
  expect(devices.find(cookie, 'ann@example.com')).toMatch(/^[\w-]{16}$/);
  expect(devices.find(cookie, 'bob@example.com')).toBeUndefined();
  expect(cookie).not.toContain('ann');
});

test('When several accounts use one browser, then the last five are known', () => {
  const emails = Array.from({ length: 7 }, (_, index) => `user-${index}@example.com`);
  const cookie = emails.reduce<string | undefined>((previous, email) => devices.remember(previous, email), undefined);
  expect(emails.map((email) => devices.find(cookie, email) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(cookie?.length).toBeLessThan(400);
});

test('When a cookie is forged, changed or signed with another key, then the browser is unknown', () => {
  const email = 'ann@example.com';
  const cookie = devices.remember(undefined, email);
  const [account = '', id = '', mac = ''] = cookie.split('.');
  for (const forged of [
    undefined,
    '',
    'nonsense',
    `${account}.${id}`,
    `${account}.${id}x.${mac}`,
    `${devices.hash('bob@example.com')}.${id}.${mac}`,
    `${cookie}.`,
    createKnownDevices('another key for tests').remember(undefined, email),
  ])
    expect([forged, devices.find(forged, email), devices.find(forged, 'bob@example.com')]).toEqual([
      forged,
      undefined,
      undefined,
    ]);
});
