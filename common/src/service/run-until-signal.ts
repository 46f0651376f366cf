import { ConfigError } from './config.ts';
import type { Stoppable } from './stoppable.ts';

/** Deadline for draining, after which the process exits without it; every mechanism survives that. */
const drainDeadlineMs = 9_500;

/** Runs a process: start, wait for SIGTERM or SIGINT, drain, exit. A second signal exits at once. */
export const runUntilSignal = async (start: () => Promise<Stoppable>): Promise<void> => {
  let service: Stoppable;
  try {
    service = await start();
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(1);
  }
  let signalled = false;
  const onSignal = () => {
    if (signalled) process.exit(1);
    signalled = true;
    setTimeout(() => process.exit(1), drainDeadlineMs).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};
