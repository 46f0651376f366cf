import { cacheDirectory, root } from '@ticketing/launcher/paths';
import { readWorkspaces } from '@ticketing/launcher/workspaces';
import { execa } from 'execa';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { failWith, interruption, print, readCommandLine } from './command-line.ts';
import { findChromium } from './find-chromium.ts';
import { countsOf, sumOf, summaryOf, type Counts, type StepResult } from './summary.ts';

const bin = join(root, 'node_modules', '.bin');
// Children run on this Node as well, and not as in production, whatever the caller's NODE_ENV is.
const env = { NODE_ENV: 'test', PATH: `${bin}:${process.env['PATH'] ?? ''}` };

/** All children end with this process. */
const aborted = interruption();

const timed = async (title: string, run: () => Promise<Counts>): Promise<StepResult> => {
  print(`\n▶ ${title}`);
  const began = performance.now();
  const counts = await run();
  return { title, ...counts, seconds: (performance.now() - began) / 1000 };
};

/** A script of package.json that passes or fails as a whole; its output is shown when it fails. */
const check = (script: string) => async (): Promise<Counts> => {
  const { failed, all } = await execa('npm', ['run', '--silent', script], {
    cwd: root,
    env,
    all: true,
    reject: false,
    stdin: 'ignore',
    cancelSignal: aborted,
  });
  if (failed) print(all);
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: [], failures: [] };
};

/** The compiler keeps one core busy; the other checks share the second one meanwhile. */
const staticChecks = async (): Promise<Counts> => {
  const others = async () => [
    await check('lint')(),
    await check('format')(),
    await check('knip')(),
    await check('check:k8s')(),
  ];
  const [types, rest] = await Promise.all([check('typecheck')(), others()]);
  return sumOf([types, ...rest]);
};

const jest =
  (
    projects: readonly string[],
    options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
  ) =>
  async (): Promise<Counts> => {
    mkdirSync(cacheDirectory, { recursive: true });
    const report = join(cacheDirectory, `test-report-${process.pid}.json`);
    const { failed } = await execa(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
        '--passWithNoTests',
        '--json',
        `--outputFile=${report}`,
        ...(options.args ?? []),
        '--selectProjects',
        ...projects,
      ],
      {
        cwd: root,
        env: { ...env, ...options.env },
        reject: false,
        // The report goes to its file; Jest's messages are on stderr.
        stdio: ['ignore', 'ignore', 'inherit'],
        cancelSignal: aborted,
        forceKillAfterDelay: 15_000,
      },
    );
    try {
      return countsOf(JSON.parse(readFileSync(report, 'utf8')));
    } catch {
      return { passed: 0, failed: failed ? 1 : 0, skipped: [], failures: [] };
    } finally {
      rmSync(report, { force: true });
    }
  };

const workspaces = readWorkspaces()
  .filter(({ name, hasTests }) => hasTests && name !== 'e2e')
  .map(({ name }) => name);

const { values, positionals } = readCommandLine(
  { options: { only: { type: 'string', multiple: true } }, allowPositionals: true },
  failWith('npm test -- [--only WORKSPACE]… [PATTERN]…'),
);

const endToEnd = async (): Promise<Counts> => {
  let chromium: string;
  try {
    chromium = await findChromium(process.env, print);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: [], failures: [] };
  }
  const env = { CHROMIUM_PATH: chromium };
  // Each file starts a product of its own, and mostly waits for it.
  const own = await jest(['e2e-own-product'], { env, args: ['--maxWorkers=2', ...positionals] })();
  const shared = await jest(['e2e'], { env, args: ['--runInBand', ...positionals] })();
  return sumOf([own, shared]);
};

/** A short chaos run with every kind of fault. Its recovery time is not tested: the bound is generous. */
const chaos =
  (...options: readonly string[]) =>
  async (): Promise<Counts> => {
    const args = ['--recovery', '60', '--longest', '40', ...options];
    const { failed } = await execa(process.execPath, [join(root, 'tools', 'chaos', 'src', 'index.ts'), ...args], {
      cwd: root,
      env,
      reject: false,
      stdio: ['ignore', 'inherit', 'inherit'],
      cancelSignal: aborted,
      forceKillAfterDelay: 20_000,
    });
    return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: [], failures: [] };
  };

const steps: readonly (readonly [title: string, run: () => Promise<Counts>])[] =
  values.only === undefined
    ? [
        ['types, lint, format, unused code and manifests', staticChecks],
        ['unit and integration tests', jest(workspaces, { args: positionals })],
        ['end-to-end tests', endToEnd],
        ['chaos', chaos('--orders', '300', '--kills', '24')],
        ['chaos in clusters', chaos('--cluster', '3', '--orders', '150', '--kills', '6')],
      ]
    : [
        ...(values.only.some((name) => name !== 'e2e')
          ? ([
              [
                `tests of ${values.only.join(', ')}`,
                jest(
                  values.only.filter((name) => name !== 'e2e'),
                  { args: positionals },
                ),
              ],
            ] as const)
          : []),
        ...(values.only.includes('e2e') ? ([['end-to-end tests', endToEnd]] as const) : []),
      ];

const results: StepResult[] = [];
for (const [title, run] of steps) {
  if (aborted.aborted) break;
  results.push(await timed(title, run));
}
const ran = results.reduce((total, { passed, failed }) => total + passed + failed, 0);
if (ran === 0) print('\nNo test has run');
print('');
for (const line of summaryOf(results)) print(line);
process.exit(ran === 0 || aborted.aborted || results.some(({ failed }) => failed > 0) ? 1 : 0);
