import { expect, test } from '@jest/globals';
import { normaliseEmail, normalisePassword } from './credentials.ts';

test('When an e-mail has surrounding spaces and capitals, then it is normalised', () => {
  expect(normaliseEmail('  Ann.Lee@Example.COM ')).toBe('ann.lee@example.com');
});

test('When a password has another Unicode form, then it is normalised and keeps its spaces', () => {
  expect(normalisePassword(' cafe\u0301 ')).toBe(normalisePassword(' caf\u00E9 '));
  expect(normalisePassword(' a b ')).toBe(' a b ');
});
