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

/** The real MongoDB, NATS and Redis, started once for all projects that talk to them. */
const realServers = {
  globalSetup: '<rootDir>/../scripts/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/../scripts/src/jest/global-teardown.ts',
};

/** One start of the whole product serves most end-to-end tests, which take turns: they are run with --runInBand. */
const sharedProduct = {
  globalSetup: '<rootDir>/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/src/jest/global-teardown.ts',
};

const project = (name, needs) => ({
  ...shared,
  displayName: name,
  rootDir: `<rootDir>/${name}`,
  testMatch: ['<rootDir>/**/*.test.{ts,tsx,mjs}'],
  ...needs,
});

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default {
  projects: [
    ...['common', 'auth', 'tickets', 'orders', 'expiration', 'payments', 'audit'].map((name) =>
      project(name, realServers),
    ),
    ...['stripe-sandbox', 'client', 'scripts', 'bench', 'chaos', 'docs'].map((name) => project(name, {})),
    project('e2e', { ...sharedProduct, testPathIgnorePatterns: ['/node_modules/', '/own-product/'] }),
    {
      ...project('e2e', { testMatch: ['<rootDir>/src/own-product/*.test.ts'] }),
      displayName: 'e2e-own-product',
    },
  ],
  testTimeout: 30_000,
  // More than there are cores: most of the time is spent waiting for servers.
  maxWorkers: 4,
};
