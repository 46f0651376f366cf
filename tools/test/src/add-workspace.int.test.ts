import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { execa } from 'execa';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';

// A new tool is its folder; a new service is its folder and one line in package.json. Both are added to a copy of the
// repository, in which everything that reads the list of workspaces must find them.

const notCopied = new Set(['node_modules', '.git', '.cache', '.data', '.next', 'dist', 'results', 'coverage']);
const slowMs = 90_000;

let copy: string;

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(copy, path)), { recursive: true });
  await writeFile(join(copy, path), text);
};

const workspace = (name: string, more: object = {}): string =>
  JSON.stringify({ name: `@ticketing/${name}`, version: '0.1.0', private: true, type: 'module', ...more });

const passingTest = (title: string): string =>
  `import { expect, test } from '@jest/globals';\ntest('${title}', () => expect(1 + 1).toBe(2));\n`;

const service = `
import { createServer } from 'node:http';

const server = createServer((req, res) => res.end(JSON.stringify({ database: process.env.MONGO_URL })));
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => process.exit(0));
`;

/** Installed packages are shared with the original; workspaces resolve to the copy, as npm would link them. */
const linkPackages = async (): Promise<void> => {
  const installed = join(root, 'node_modules');
  const target = join(copy, 'node_modules');
  await mkdir(join(target, '@ticketing'), { recursive: true });
  for (const name of await readdir(installed))
    if (name !== '@ticketing') await symlink(join(installed, name), join(target, name));
  for (const name of await readdir(join(installed, '@ticketing'))) {
    const { workspaces } = z
      .object({ workspaces: z.array(z.string()) })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    await symlink(join(copy, workspaces.includes(name) ? name : join('tools', name)), join(target, '@ticketing', name));
  }
};

const run = (...args: readonly string[]) =>
  execa(process.execPath, args, {
    cwd: copy,
    env: { JEST_WORKER_ID: undefined, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', NO_COLOR: '1' },
    reject: false,
    all: true,
    stdin: 'ignore',
  });

/** @throws Error with everything that the program printed when it has failed. */
const outputOf = (result: Awaited<ReturnType<typeof run>>) => {
  if (result.failed) throw new Error(`${result.command} ended with ${result.exitCode}:\n${result.all}`);
  return result;
};

const bin = (...path: readonly string[]): string => join(root, 'node_modules', ...path);

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'ticketing-copy-'));
  await cp(root, copy, {
    recursive: true,
    filter: (path) =>
      !relative(root, path)
        .split('/')
        .some((part) => notCopied.has(part)),
  });
  await linkPackages();

  const manifest: unknown = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'));
  const { workspaces, ...others } = z.looseObject({ workspaces: z.array(z.string()) }).parse(manifest);
  await write('package.json', JSON.stringify({ ...others, workspaces: [...workspaces, 'sample-service'] }));

  await write(
    'sample-service/package.json',
    workspace('sample-service', { ticketing: { kind: 'service', routes: ['/api/samples'] } }),
  );
  await write('sample-service/src/index.ts', service);
  await write('sample-service/src/domain/sample.test.ts', passingTest('When a sample is tested, then it passes'));
  await write('tools/sample/package.json', workspace('sample'));
  await write('tools/sample/src/sample.test.ts', passingTest('When a tool is tested, then it passes'));
}, slowMs);

afterAll(() => rm(copy, { recursive: true, force: true }), slowMs);

test(
  'When a tool and a service are added, then Jest has a project for each and runs its tests',
  async () => {
    const { exitCode, all } = await run(
      '--experimental-vm-modules',
      bin('jest', 'bin', 'jest.js'),
      '--verbose',
      '--selectProjects',
      'sample',
      'sample-service',
    );
    expect(all).toContain('When a sample is tested, then it passes');
    expect(all).toContain('When a tool is tested, then it passes');
    expect(exitCode).toBe(0);
  },
  slowMs,
);

test('When a tool and a service are added, then the CI matrix lists both', async () => {
  const { stdout } = await run(join('tools', 'launcher', 'workspaces.mjs'));
  expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(['sample', 'sample-service', 'orders']));
});

const depcruise = () =>
  run(
    bin('.bin', 'depcruise'),
    '--config',
    '.dependency-cruiser.mjs',
    '--no-progress',
    '--output-type',
    'err',
    'sample-service',
    'tools/sample',
  );

test(
  'When they import what they must not, then the import rules refuse it, and nothing else',
  async () => {
    outputOf(await depcruise());

    await write('sample-service/src/domain/sample.ts', "import '../app.ts';\nimport '../../../orders/src/index.ts';\n");
    await write('sample-service/src/app.ts', "import '../../tools/sample/src/sample.ts';\n");
    await write('tools/sample/src/sample.ts', "import '../../../sample-service/src/index.ts';\n");
    const { exitCode, all } = await depcruise();
    expect(exitCode).not.toBe(0);
    for (const rule of [
      'domain-must-not-import-app',
      'services-do-not-know-each-other',
      'the-product-imports-no-tool',
      'nothing-outside-a-service-imports-it',
    ])
      expect(all).toContain(rule);
  },
  slowMs,
);

test(
  'When a service is added, then it is bundled, routed, planned with its own database, and starts',
  async () => {
    expect(await run(join('tools', 'launcher', 'src', 'build-bundle.ts'), 'sample-service')).toMatchObject({
      exitCode: 0,
    });
    await write('tools/launcher/src/start-sample.ts', startSample);
    const { stdout } = outputOf(await run(join('tools', 'launcher', 'src', 'start-sample.ts')));
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      services: expect.arrayContaining(['orders', 'sample-service']),
      upstream: 'sample-service',
      replicas: 2,
      body: { database: expect.stringContaining('/sample-service?') },
    });
  },
  slowMs,
);

/** Starts one replica of the service as the launcher plans it, and prints what it saw. */
const startSample = `
import { readSettings } from '../settings.mjs';
import { planProcesses } from './plan-processes.ts';
import { upstreamOf } from './router/routes.ts';
import { readSecrets } from './secrets.ts';
import { SupervisedProcess } from './supervision/supervised-process.ts';
import { services } from './topology.ts';

const { settings } = readSettings({ REPLICAS: '2', DATA_DIR: import.meta.dirname }, []);
const { specs } = await planProcesses({
  settings,
  secrets: readSecrets(settings),
  env: process.env,
  mongoUrl: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
  natsUrl: 'nats://127.0.0.1:1',
  redisUrl: 'redis://127.0.0.1:1',
});
const replicas = specs.filter(({ name }) => name === 'sample-service');
const supervised = new SupervisedProcess(replicas[0], { log: console.error, onChange: () => undefined }).start();
await supervised.ready();
const body = await (await fetch(replicas[0].url + '/readyz')).json();
await supervised.stop();
console.log(JSON.stringify({ services, upstream: upstreamOf('/api/samples/1'), replicas: replicas.length, body }));
process.exit(0);
`;
