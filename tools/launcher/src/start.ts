import { Listr, type ListrTask } from 'listr2';
import { setTimeout as delay } from 'node:timers/promises';
import { claimDataDir, emptyDataDir, releaseDataDir } from '../data-dir.mjs';
import { readSettings } from '../settings.mjs';
import { withBuildLock } from './build/build-lock.ts';
import { buildBundle, buildClient, endBundler } from './build/build.ts';
import { Launch } from './launch.ts';
import { cacheDirectory } from './paths.ts';
import { seedCatalogue, type DemoAccount } from './seed.ts';
import { collectFailures, listrOptions, progressOf } from './task-progress.ts';
import { bundled } from './build/bundled.ts';
import type { RunContext } from './topology.ts';

const { settings } = readSettings(process.env, process.argv.slice(2));
const { dataDir, port } = settings;

const print = (line: string) => {
  process.stdout.write(`${line}\n`);
};

try {
  if (settings.fresh) emptyDataDir(dataDir);
  claimDataDir(dataDir);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const launch = new Launch({ settings, env: process.env, log: print });
/** When the first stop was requested; undefined before. */
let stoppingSince: number | undefined;

/** Time for downloads and builds to remove their partial files after a stop. */
const cleanUpTimeoutMs = 3_000;
let settled: Promise<unknown> = Promise.resolve();

const exit = (code: number): never => {
  releaseDataDir(dataDir);
  process.exit(code);
};

const stop = (reason: string, code: number): void => {
  if (stoppingSince !== undefined) return;
  stoppingSince = performance.now();
  print(`${reason}: stopping all processes (press Ctrl-C again to kill them)`);
  void Promise.all([launch.stop(), Promise.race([settled, delay(cleanUpTimeoutMs)])])
    .then(
      () => 'All processes have ended',
      (error: unknown) => {
        launch.kill();
        return `Stopping failed, all processes were killed: ${String(error)}`;
      },
    )
    .then((outcome) => {
      print(outcome);
      return exit(code);
    });
};

/** One Ctrl-C arrives up to three times: from the terminal, from npm and from start.mjs. */
const sameSignalMs = 700;

const onSignal = (signal: NodeJS.Signals): void => {
  if (stoppingSince === undefined) return stop(signal, 0);
  if (performance.now() - stoppingSince < sameSignalMs) return;
  print('Killing all processes');
  launch.kill();
  exit(1);
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// start.mjs has ended, even by SIGKILL.
process.on('disconnect', () => stop('npm start was killed', 1));
process.on('uncaughtException', (error) => {
  print(error.stack ?? error.message);
  stop('Unexpected error in the launcher', 1);
});
// Writing fails once the terminal is closed.
process.stdout.on('error', () => undefined);

interface Results {
  context?: RunContext;
  accounts?: readonly DemoAccount[];
}

const results: Results = {};
const isTerminal = process.stdout.isTTY;
const { failures, keeping } = collectFailures();

const prepare: ListrTask<Results>[] = [
  {
    title: 'Find and start MongoDB, NATS and Redis',
    task: (_results, task) => keeping(() => launch.startBackingServers(progressOf(task, isTerminal))),
  },
  {
    title: 'Bundle the services, build the site',
    task: (_results, task) => {
      const report = progressOf(task, isTerminal);
      return keeping(() =>
        withBuildLock(
          {
            directory: cacheDirectory,
            signal: launch.stopping,
            waiting: (pid) => report(`waiting for the build of another npm start (process ${pid})`),
          },
          async () => {
            const built = await Promise.all([
              ...Object.keys(bundled).map(buildBundle),
              buildClient(report, launch.stopping),
            ]);
            await endBundler();
            if (!built.includes(true)) task.skip('unchanged');
          },
        ),
      );
    },
  },
];

const run: ListrTask<Results>[] = [
  {
    title: 'Start the services, the site and the router',
    task: (started, task) =>
      keeping(async () => {
        started.context = await launch.startProcesses(progressOf(task, isTerminal));
      }),
  },
  {
    title: 'Fill the catalogue',
    enabled: settings.seed,
    task: (started, task) =>
      keeping(async () => {
        started.accounts = await seedCatalogue({
          url: `http://127.0.0.1:${port}`,
          dataDir,
          currency: settings.currency,
          progress: progressOf(task, isTerminal),
        });
      }),
  },
];

const runAll = async (): Promise<void> => {
  await new Listr<Results>(prepare, { ...listrOptions, ctx: results, concurrent: true }).run();
  await new Listr<Results>(run, { ...listrOptions, ctx: results }).run();
};

const running = runAll();
settled = running.catch(() => undefined);
try {
  await running;
} catch {
  if (stoppingSince === undefined) {
    for (const failure of failures) print(`\n${failure instanceof Error ? failure.message : String(failure)}`);
    stop('\nThe start has failed', 1);
  }
}

if (stoppingSince === undefined) {
  if (results.context?.sandboxUrl !== undefined) {
    print('Payments use the local Stripe sandbox because STRIPE_KEY is not set: no real card is charged.');
    print('Test cards: tok_visa and tok_mastercard succeed, tok_chargeDeclined is declined.');
  }
  if (results.context?.mailboxUrl !== undefined)
    print(`Mails stay here because SMTP_URL is not set: read them at ${results.context.mailboxUrl}`);
  if (settings.stripeKey !== undefined && settings.legalDir === undefined)
    print('The pages /terms, /privacy, /contact and /imprint are empty because LEGAL_DIR is not set.');
  if (settings.testBuild !== undefined) print(`The services run from a test build: ${settings.testBuild}`);
  for (const { email, password } of results.accounts ?? []) print(`Demo account: ${email}  password: ${password}`);
  print(`Logs and data: ${dataDir}`);
  print(`ready http://localhost:${port}`);
}
