import { ConfigError } from './config.ts';
import type { Stoppable } from './stoppable.ts';

/** Deadline for draining, after which the process exits without it; every mechanism survives that. */
const drainDeadlineMs = 9_500;

const fail = (error: unknown): never => {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
};

/**
 * Runs a process: start, wait for SIGTERM or SIGINT, drain, exit. A second signal exits at once, and so does a setting that
 * turns out to be wrong only when the service has read its database.
 */
export const runUntilSignal = async (
  start: () => Promise<Stoppable & { readonly ready?: Promise<void> }>,
): Promise<void> => {
  const service = await start().catch(fail);
  service.ready?.catch((error: unknown) => {
    if (error instanceof ConfigError) fail(error);
  });
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
