import { expect, test } from '@jest/globals';
import { commonPasswords } from './common-passwords.ts';
import { passwordProblem } from './new-password.ts';

const length = 'Password must be between 8 and 128 characters';
const common = 'Password must not be one of the 10,000 most common';
const address = 'Password must not be the email address or the part before its @';

test.each([
  ['', length],
  ['xkcd936', length],
  ['xkcd-936', undefined],
  ['        ', undefined],
  ['x'.repeat(128), undefined],
  ['x'.repeat(129), length],
  ['🎫'.repeat(7), length],
  ['🎫'.repeat(8), undefined],
  ['🎫'.repeat(128), undefined],
])('When the password is %j, then its problem is %j', (password, problem) => {
  expect(passwordProblem(password)).toBe(problem);
});

test.each(['password', 'PassWord', 'ｐａｓｓｗｏｒｄ', 'q1w2e3r4t5', '1QAZ!qaz', '%%PASSWO', 'roberto1'])(
  'When the password is %j, then it is too common, in any case and Unicode form',
  (password) => {
    expect(passwordProblem(password)).toBe(common);
  },
);

test.each(['password ', ' password', 'passwordroberto1', 'ｘｋｃｄ ９３６'])(
  'When the password %j only resembles a common one, then it is allowed',
  (password) => {
    expect(passwordProblem(password)).toBeUndefined();
  },
);

test('When the list of common passwords is read, then each of them can equal a password that is long enough', () => {
  expect(commonPasswords.size).toBe(3_395);
  for (const password of commonPasswords) {
    expect(Array.from(password).length).toBeGreaterThanOrEqual(8);
    expect(passwordProblem(password.toUpperCase())).toBe(common);
  }
});

test.each([
  ['annabelle.lee@example.com', address],
  ['Annabelle.Lee@Example.COM', address],
  ['ａｎｎａｂｅｌｌｅ.ｌｅｅ@example.com', address],
  ['Annabelle.Lee', address],
  ['annabelle', undefined],
  ['annabelle.lee@example.org', undefined],
  ['annabelle.lee@', undefined],
  ['example.com', undefined],
])('When the account is annabelle.lee@example.com and the password %j, then its problem is %j', (password, problem) => {
  expect(passwordProblem(password, 'annabelle.lee@example.com')).toBe(problem);
  expect(passwordProblem(password)).toBeUndefined();
});
