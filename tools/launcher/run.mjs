import process from 'node:process';
import { ensurePackages, runCommand, runOnNode24 } from './bootstrap.mjs';

// node tools/launcher/run.mjs SCRIPT [ARGUMENTS]: installs the npm packages if needed, and runs the script on Node 24.
// SCRIPT is a path from the root of the repository.

const [script = '', ...args] = process.argv.slice(2);
await runCommand(async () => {
  await ensurePackages();
  return runOnNode24(script, args);
});
