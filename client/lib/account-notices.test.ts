import { expect, test } from '@jest/globals';
import { accountNotice, accountPath } from './account-notices.ts';

test('When the address of the account page names a notice, then it is shown', () => {
  const name = new URL(accountPath('password-changed'), 'http://site.invalid').searchParams.get('notice');
  expect(accountNotice(name ?? '')?.text).toMatch(/password is changed/);
});

test.each([undefined, 'unknown', 'constructor'])('When it names %j, then no notice is shown', (name) => {
  expect(accountNotice(name)).toBeUndefined();
});
