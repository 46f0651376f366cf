import { expect, test } from '@jest/globals';
import { isInstalled } from './bootstrap.mjs';

const locked = {
  '': {},
  orders: { version: '0.1.0' },
  'node_modules/express': { version: '5.3.0', integrity: 'sha512-a' },
  'node_modules/for-another-system': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};

test('When all packages of the lockfile are installed, except optional ones, then nothing is to be installed', () => {
  expect(isInstalled(locked, { 'node_modules/express': { version: '5.3.0', integrity: 'sha512-a' } })).toBe(true);
});

test.each([
  ['nothing is installed', undefined],
  ['a package is missing', {}],
  ['a package has another version', { 'node_modules/express': { version: '5.2.0', integrity: 'sha512-a' } }],
  ['a package has other content', { 'node_modules/express': { version: '5.3.0', integrity: 'sha512-c' } }],
])('When %s, then packages are to be installed', (_, installed) => {
  expect(isInstalled(locked, installed)).toBe(false);
});
