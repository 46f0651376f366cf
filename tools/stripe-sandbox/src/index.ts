import { ConfigError, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { startSandbox } from './sandbox.ts';

try {
  const config = readConfig(process.env);
  const log = createLog(config.LOG_LEVEL, (line) => process.stdout.write(line));
  const sandbox = await startSandbox(config, log);
  let told = false;
  const stop = () => {
    // A second signal exits at once.
    if (told) process.exit(1);
    told = true;
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ stack: String(error) }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  const text = error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
