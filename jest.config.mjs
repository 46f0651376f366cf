import { basename } from 'node:path';
import { readWorkspaces } from './tools/launcher/workspaces.mjs';

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
  globalSetup: `${import.meta.dirname}/tools/test/src/jest/global-setup.ts`,
  globalTeardown: `${import.meta.dirname}/tools/test/src/jest/global-teardown.ts`,
};

/** One start of the whole product serves most end-to-end tests, which take turns: they are run with --runInBand. */
const sharedProduct = {
  globalSetup: '<rootDir>/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/src/jest/global-teardown.ts',
};

const project = (folder, options = {}) => ({
  ...shared,
  displayName: basename(folder),
  rootDir: `<rootDir>/${folder}`,
  testMatch: ['<rootDir>/**/*.test.{ts,tsx,mjs}'],
  ...options,
});

const endToEnd = 'tools/e2e';

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default {
  projects: [
    ...readWorkspaces()
      .filter(({ folder, hasTests }) => hasTests && folder !== endToEnd)
      .map(({ folder, description }) => project(folder, description.testServers === true ? realServers : {})),
    project(endToEnd, { ...sharedProduct, testPathIgnorePatterns: ['/node_modules/', '/own-product/'] }),
    {
      ...project(endToEnd, { testMatch: ['<rootDir>/src/own-product/*.test.ts'] }),
      displayName: 'e2e-own-product',
    },
  ],
  testTimeout: 60_000,
  // As many as there are cores: with more, a slow machine leaves Redis and the hooks too little of them.
  maxWorkers: 2,
};
