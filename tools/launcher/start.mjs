import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';
import { ensurePackages, runCommand, runOnNode24 } from './bootstrap.mjs';
import { stopLeftovers, inUse, releaseDataDir, runningLauncher } from './data-dir.mjs';
import { readSettings } from './settings.mjs';

/** @param {number} port */
const checkPort = async (port) => {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await once(server.close(), 'close');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : '';
    const problem = reason === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${reason})`;
    throw new Error(
      `Port ${port} ${problem}: stop that program, or choose another port, for example PORT=${port + 1} npm start`,
      { cause: error },
    );
  }
};

await runCommand(async () => {
  const args = process.argv.slice(2);
  const { settings, problems } = readSettings(process.env, args);
  if (problems.length > 0)
    throw new Error(
      `Invalid settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}\nAll settings are described in docs/settings.md.`,
    );
  const { dataDir, port } = settings;
  const running = runningLauncher(dataDir);
  if (running !== undefined) throw new Error(inUse(dataDir, running));
  await stopLeftovers(dataDir, (line) => process.stdout.write(`${line}\n`));
  await checkPort(port);
  await ensurePackages();
  return runOnNode24('tools/launcher/src/start.ts', args, {
    // When the launcher was killed, its processes still run.
    afterFailure: async () => {
      if (runningLauncher(dataDir) !== undefined) return;
      await stopLeftovers(dataDir, () => undefined);
      releaseDataDir(dataDir);
    },
  });
});
