import process from 'node:process';
import { ensurePackages, runCommand, runOnNode24 } from './bootstrap.mjs';

// Installs the npm packages if need be and runs a script on Node 24: node tools/launcher/run.mjs SCRIPT [ARGUMENTS],
// with SCRIPT relative to the root of the repository.

const [script = '', ...args] = process.argv.slice(2);
await runCommand(async () => {
  await ensurePackages();
  return runOnNode24(script, args);
});
