import { expect, test } from '@jest/globals';
import { createKnownDevices, knownDeviceMs } from './known-devices.ts';

const clock = { now: Date.UTC(2026, 0, 1) };
const now = (): Date => new Date(clock.now);
const devices = createKnownDevices(['a key for tests only'], now);
const isKnown = (cookie: string | undefined, email: string, by = devices): boolean =>
  by.signedInAt(cookie, email) !== undefined;

test('When a browser has signed in to an account, then it is known for this account alone', () => {
  const cookie = devices.remember(undefined, 'ann@example.com');
  expect(devices.signedInAt(cookie, 'ann@example.com')).toEqual(now());
  expect(isKnown(cookie, 'bob@example.com')).toBe(false);
  expect(cookie).not.toContain('ann');
});

test('When a browser has not signed in to an account for a year, then it is unknown, whatever else its cookie holds', () => {
  const first = devices.remember(undefined, 'ann@example.com');
  clock.now += knownDeviceMs - 1;
  const cookie = devices.remember(first, 'bob@example.com');
  expect(isKnown(cookie, 'ann@example.com')).toBe(true);
  clock.now += 1;
  expect(isKnown(cookie, 'ann@example.com')).toBe(false);
  expect(isKnown(cookie, 'bob@example.com')).toBe(true);
  expect(devices.remember(cookie, 'bob@example.com')).not.toContain(devices.hash('ann@example.com'));
});

test('When several accounts use one browser, then the last five are known', () => {
  const emails = Array.from({ length: 7 }, (_, index) => `user-${index}@example.com`);
  const cookie = emails.reduce<string | undefined>((previous, email) => devices.remember(previous, email), undefined);
  expect(emails.map((email) => isKnown(cookie, email))).toEqual([false, false, true, true, true, true, true]);
  expect(cookie?.length).toBeLessThan(400);
});

test('When a cookie is forged, changed or signed with another key, then the browser is unknown', () => {
  const email = 'ann@example.com';
  const cookie = devices.remember(undefined, email);
  const [account = '', signedInAt = '', mac = ''] = cookie.split('.');
  for (const forged of [
    undefined,
    '',
    'nonsense',
    `${account}.${signedInAt}`,
    `${account}.${Number(signedInAt) + 1}.${mac}`,
    `${devices.hash('bob@example.com')}.${signedInAt}.${mac}`,
    `${cookie}.`,
    createKnownDevices(['another key for tests'], now).remember(undefined, email),
  ])
    expect([forged, isKnown(forged, email), isKnown(forged, 'bob@example.com')]).toEqual([forged, false, false]);
});

test('When the keys are rotated, then browsers stay known, and are remembered with the new key', () => {
  const email = 'ann@example.com';
  const before = devices.remember(undefined, email);
  const rotated = createKnownDevices(['another key for tests', 'a key for tests only'], now);
  expect(isKnown(before, email, rotated)).toBe(true);
  const after = rotated.remember(before, email);
  expect(after).not.toContain('~');
  expect(isKnown(after, email, createKnownDevices(['another key for tests'], now))).toBe(true);
});
