import { expect, test } from '@jest/globals';
import { isInstalled, npmArguments, npmEnvironment, pathProblem } from './bootstrap.mjs';

type Locked = NonNullable<Parameters<typeof isInstalled>[0]>;

const locked: Locked = {
  '': {},
  orders: { version: '0.1.0' },
  'node_modules/express': { version: '5.3.0', integrity: 'sha512-a' },
  'node_modules/for-another-system': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};

const native: Locked = {
  'node_modules/@native/this-system': {
    version: '1.0.0',
    integrity: 'sha512-d',
    optional: true,
    os: [process.platform],
    cpu: [process.arch],
  },
};

test('When all packages of the lockfile are installed, except optional ones, then nothing is to be installed', () => {
  expect(isInstalled(locked, { 'node_modules/express': { version: '5.3.0', integrity: 'sha512-a' } })).toBe(true);
});

test.each<[string, Parameters<typeof isInstalled>[1], Locked?]>([
  ['nothing is installed', undefined],
  ['a package is missing', {}],
  ['a package has another version', { 'node_modules/express': { version: '5.2.0', integrity: 'sha512-a' } }],
  [
    'the native part of a package is missing',
    { 'node_modules/express': { version: '5.3.0', integrity: 'sha512-a' } },
    native,
  ],
  ['a package has other content', { 'node_modules/express': { version: '5.3.0', integrity: 'sha512-c' } }],
])('When %s, then packages are to be installed', (_, installed, others = {}) => {
  expect(isInstalled({ ...locked, ...others }, installed)).toBe(false);
});

test('When the path of the checkout cannot be built in, then that is said before anything is installed', () => {
  expect(pathProblem('/home/ann/My #1')).toMatch(/contains #/);
  expect(pathProblem('/home/ann/why?')).toMatch(/contains \?/);
  expect(pathProblem('/home/ann/My Füße 100%20 日本')).toBeUndefined();
});

test('When npm is configured to install less, then the installation is the same', () => {
  const env = {
    PATH: '/bin',
    NODE_ENV: 'production',
    npm_config_ignore_scripts: 'true',
    NPM_CONFIG_OMIT: 'dev,optional',
    npm_config_global: 'true',
    npm_config_dry_run: 'true',
    npm_config_workspace: 'orders',
  };
  expect(npmEnvironment(env)).toEqual({ PATH: '/bin' });
  // A user's .npmrc may say the same.
  for (const argument of ['--ignore-scripts=false', '--include=dev', '--include=optional', '--global=false'])
    expect(npmArguments).toContain(argument);
});

test('When npm is configured to reach its registry in another way, then that stays', () => {
  const env = {
    npm_config_registry: 'https://registry.example',
    npm_config_https_proxy: 'http://proxy.example',
    'npm_config_//registry.example/:_authToken': 'secret',
    'npm_config_@scope:registry': 'https://scope.example',
    npm_config_cafile: '/ca.pem',
    npm_config_cache: '/cache',
    npm_config_userconfig: '/home/user/.npmrc',
    npm_lifecycle_event: 'start',
  };
  expect(npmEnvironment(env)).toEqual(env);
});
