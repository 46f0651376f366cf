import { readServices } from './tools/launcher/workspaces.mjs';

const tests = '**/*.test.{ts,tsx}';
const program = { entry: ['src/index.ts', tests], project: 'src/**/*.ts' };

// oxlint-disable-next-line import/no-default-export -- knip asks for it.
export default {
  ignoreExportsUsedInFile: true,
  jest: false,
  workspaces: {
    '.': {
      entry: ['*.{js,mjs}', 'infra/**/*.{js,mjs}'],
      // Hoisted here, so that all workspaces share one copy beside Jest's older ones.
      ignoreDependencies: ['jest', '@swc/jest', 'execa', 'lru-cache', 'p-limit'],
    },
    ...Object.fromEntries(readServices().map(({ folder }) => [folder, program])),
    tickets: {
      ...program,
      entry: [...program.entry, 'src/files/inspect-process.ts', 'src/test/measure-{claims,files}.ts'],
    },
    common: {
      entry: ['src/*/index.ts', tests],
      project: 'src/**/*.ts',
      // Font files, found by their path.
      ignoreDependencies: ['@embedpdf/fonts-*', 'dejavu-fonts-ttf'],
    },
    watchdog: program,
    client: {
      entry: ['server.mjs', tests],
      project: '**/*.{ts,tsx,mjs}',
      ignoreDependencies: ['@fontsource-variable/inter', 'tailwindcss', 'server-only'],
    },
    'tools/*': { entry: tests, project: '**/*.{ts,mjs}' },
    'tools/audit': {
      entry: ['src/run-{audit,operator,reconcile}.ts', tests],
      project: 'src/**/*.ts',
    },
    'tools/bench': {
      entry: [
        'src/{,hostile/,scale-out/,soak/}index.ts',
        'src/{measure-{middleware,sync},count-statements}.ts',
        'src/{baseline/server,hostile/account}.ts',
        tests,
      ],
      project: 'src/**/*.ts',
    },
    'tools/chaos': {
      entry: ['src/{,mail/,money/,outages/}index.ts', 'src/inject/overrides.ts', tests],
      project: 'src/**/*.ts',
    },
    'tools/check-k8s': { entry: ['src/check-k8s.ts', tests], project: 'src/**/*.ts' },
    'tools/cluster': {
      entry: [
        '*.mjs',
        'src/{exec-in-cluster,operate-in-cluster,pin-images,test-cluster,time-changes,run-backup,run-restore}.ts',
        'src/isolation/run-in-pod.ts',
        tests,
      ],
      project: '**/*.{ts,mjs}',
      ignoreBinaries: ['kubectl', 'openssl', 'skaffold'],
    },
    'tools/e2e': { entry: ['src/jest/*.ts', 'src/**/*.test.ts'], project: 'src/**/*.ts' },
    'tools/launcher': {
      entry: ['*.mjs', 'src/{start,build-bundle}.ts', 'src/router/index.ts', tests],
      project: '**/*.{ts,mjs}',
    },
    'tools/test': {
      entry: [
        '*.mjs',
        'src/{run-tests,write-nats-users,write-open-api,write-common-passwords}.ts',
        'src/jest/*.ts',
        tests,
      ],
      project: '**/*.{ts,mjs}',
      ignoreBinaries: ['apt-get'],
    },
  },
};
