import { Listr, type ListrTask } from 'listr2';
import { setTimeout as delay } from 'node:timers/promises';
import { claimDataDir, emptyDataDir, releaseDataDir } from '../data-dir.mjs';
import { readSettings } from '../settings.mjs';
import { buildAlone } from './build/build-lock.ts';
import { buildBundle, buildClient, endBundler } from './build/build.ts';
import { Launch } from './launch.ts';
import { cacheDirectory } from './paths.ts';
import { seedCatalogue, type DemoAccount } from './seed.ts';
import { collectFailures, listrOptions, progressOf } from './task-progress.ts';
import { bundled } from './build/bundled.ts';
import type { RunContext } from './topology.ts';

const { settings } = readSettings(process.env, process.argv.slice(2));
const { dataDir, port } = settings;

const say = (line: string) => {
  process.stdout.write(`${line}\n`);
};

try {
  if (settings.fresh) emptyDataDir(dataDir);
  claimDataDir(dataDir);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const launch = new Launch({ settings, env: process.env, log: say });
/** Set once everything is told to end: by whom, and how this process ends. */
let ending: { readonly since: number; readonly code: number } | undefined;

/** What is being downloaded or built when everything is told to end gets this long to tidy up. */
const settleWithinMs = 3_000;
let settled: Promise<unknown> = Promise.resolve();

const leave = (code: number): never => {
  releaseDataDir(dataDir);
  process.exit(code);
};

const end = (reason: string, code: number): void => {
  if (ending !== undefined) return;
  ending = { since: performance.now(), code };
  say(`${reason}: ending everything (once more ends it at once)`);
  void Promise.all([launch.stop(), Promise.race([settled, delay(settleWithinMs)])])
    .then(
      () => 'Everything has ended',
      (error: unknown) => {
        launch.kill();
        return `Not everything ended in order: ${String(error)}`;
      },
    )
    .then((words) => {
      say(words);
      return leave(code);
    });
};

/** One Ctrl-C reaches this process up to three times: from the terminal, from npm and from the script that runs us. */
const sameSignalMs = 700;

const onSignal = (signal: NodeJS.Signals): void => {
  if (ending === undefined) return end(signal, 0);
  if (performance.now() - ending.since < sameSignalMs) return;
  say('Ending everything at once');
  launch.kill();
  leave(1);
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// The script that runs us is gone, however it was ended.
process.on('disconnect', () => end('npm start has gone', 1));
process.on('uncaughtException', (error) => {
  say(error.stack ?? error.message);
  end('Something in the launcher went wrong', 1);
});
// A terminal that is closed takes its output with it.
process.stdout.on('error', () => undefined);

interface Found {
  around?: RunContext;
  accounts?: readonly DemoAccount[];
}

const found: Found = {};
const isTerminal = process.stdout.isTTY;
const { failures, keeping } = collectFailures();

const prepare: ListrTask<Found>[] = [
  {
    title: 'Find and start MongoDB, NATS and Redis',
    task: (_found, task) => keeping(() => launch.startBackingServers(progressOf(task, isTerminal))),
  },
  {
    title: 'Bundle the services, build the site',
    task: (_found, task) => {
      const tell = progressOf(task, isTerminal);
      return keeping(() =>
        buildAlone(
          {
            directory: cacheDirectory,
            signal: launch.stopping,
            waiting: (pid) => tell(`another npm start (process ${pid}) is building`),
          },
          async () => {
            const built = await Promise.all([
              ...Object.keys(bundled).map(buildBundle),
              buildClient(tell, launch.stopping),
            ]);
            await endBundler();
            if (!built.includes(true)) task.skip('nothing has changed');
          },
        ),
      );
    },
  },
];

const bringUp: ListrTask<Found>[] = [
  {
    title: 'Start the services, the site and the router',
    task: (context, task) =>
      keeping(async () => {
        context.around = await launch.startMembers(progressOf(task, isTerminal));
      }),
  },
  {
    title: 'Fill the catalogue',
    enabled: settings.seed,
    task: (context, task) =>
      keeping(async () => {
        context.accounts = await seedCatalogue({
          url: `http://127.0.0.1:${port}`,
          dataDir,
          progress: progressOf(task, isTerminal),
        });
      }),
  },
];

const runAll = async (): Promise<void> => {
  await new Listr<Found>(prepare, { ...listrOptions, ctx: found, concurrent: true }).run();
  await new Listr<Found>(bringUp, { ...listrOptions, ctx: found }).run();
};

const running = runAll();
settled = running.catch(() => undefined);
try {
  await running;
} catch {
  if (ending === undefined) {
    for (const failure of failures) say(`\n${failure instanceof Error ? failure.message : String(failure)}`);
    end('\nThe start has failed', 1);
  }
}

if (ending === undefined) {
  if (found.around?.sandboxUrl !== undefined) {
    say('Payments run against the local Stripe sandbox, since there is no STRIPE_KEY: no real card is ever charged.');
    say('Test cards: tok_visa and tok_mastercard succeed, tok_chargeDeclined is declined.');
  }
  if (settings.testBuild !== undefined) say(`This is a test build, not the product: ${settings.testBuild}`);
  for (const { email, password } of found.accounts ?? []) say(`Demo account: ${email}  password: ${password}`);
  say(`Logs and data: ${dataDir}`);
  say(`ready http://localhost:${port}`);
}
