import { expect, test } from '@jest/globals';
import { passwordRules, passwordStrength } from './password-check.ts';

const met = (password: string, email?: string) => passwordRules(password, email).map(({ isMet }) => isMet);

test('When nothing is typed, then no rule is met or unmet', () => {
  expect(met('', 'ann@example.com')).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['seven77', [false, true, undefined]],
  ['🎫🎫🎫🎫🎫🎫🎫', [false, true, undefined]],
  ['xkcd-936', [true, true, undefined]],
  ['x'.repeat(129), [false, true, undefined]],
  ['ANNABELLE@example.com', [true, false, undefined]],
  ['ａｎｎａｂｅｌｌｅ', [true, false, undefined]],
  ['annabelle@example', [true, true, undefined]],
])('When the password is %j, then its rules are %j', (password, expected) => {
  expect(met(password, ' Annabelle@Example.com ')).toEqual(expected);
});

test('When the email is not typed yet, then the password cannot be it', () => {
  expect(met('annabelle')).toEqual([true, true, undefined]);
});

test.each([
  ['password1', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['abcdefghijklmnop', 'weak'],
  ['abababababababab', 'weak'],
  ['12345678987654321', 'weak'],
  ['correct horse', 'fair'],
  ['Tr0ub4dor&3', 'fair'],
  ['correct horse battery staple', 'strong'],
  ['kV7_pQ2z-Xr9', 'strong'],
])('When the password is %j, then it looks %s', (password, strength) => {
  expect(passwordStrength(password)).toBe(strength);
});
