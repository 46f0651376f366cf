/** What the tests of every workspace share. They run as ES modules: NODE_OPTIONS=--experimental-vm-modules. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx?$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: true, explicitResourceManagement: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/\\.next/', '/\\.cache/', '/\\.data/'],
};

/** One start of the whole product serves the end-to-end tests, which take turns: they are run with --runInBand. */
const sharedProduct = {
  globalSetup: '<rootDir>/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/src/jest/global-teardown.ts',
};

const workspaces = [
  'common',
  'auth',
  'tickets',
  'orders',
  'expiration',
  'payments',
  'stripe-sandbox',
  'client',
  'scripts',
  'e2e',
  'bench',
  'docs',
];

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default {
  projects: workspaces.map((name) => ({
    ...shared,
    displayName: name,
    rootDir: `<rootDir>/${name}`,
    testMatch: ['<rootDir>/**/*.test.{ts,tsx,mjs}'],
    ...(name === 'e2e' ? sharedProduct : {}),
  })),
  globalSetup: '<rootDir>/scripts/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/scripts/src/jest/global-teardown.ts',
  testTimeout: 30_000,
  maxWorkers: 2,
};
