import { expect, test } from '@jest/globals';
import { isPasswordLongEnough, normaliseEmail, normalisePassword } from './credentials.ts';

test.each([
  ['abc', false],
  ['abcd', true],
  ['    ', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['🎫🎫🎫', false],
  ['🎫'.repeat(128), true],
])('When the password is %j, then isPasswordLongEnough is %s', (password, expected) => {
  expect(isPasswordLongEnough(password)).toBe(expected);
});

test('When an e-mail has surrounding spaces and capitals, then it is normalised', () => {
  expect(normaliseEmail('  Ann.Lee@Example.COM ')).toBe('ann.lee@example.com');
});

test('When a password has another Unicode form, then it is normalised and keeps its spaces', () => {
  expect(normalisePassword(' cafe\u0301 ')).toBe(normalisePassword(' caf\u00E9 '));
  expect(normalisePassword(' a b ')).toBe(' a b ');
});
