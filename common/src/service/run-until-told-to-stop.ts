import { ConfigError } from './config.ts';
import type { RunningService } from './open-service.ts';

/** All of draining happens within this; then the process ends as it is, which every mechanism here survives. */
const drainDeadlineMs = 9_500;

/** The life of a process: start, run until SIGTERM or SIGINT, drain, exit. A second signal exits at once. */
export const runUntilToldToStop = async (start: () => Promise<RunningService>): Promise<void> => {
  let service: RunningService;
  try {
    service = await start();
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(1);
  }
  let told = false;
  const onSignal = () => {
    if (told) process.exit(1);
    told = true;
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
