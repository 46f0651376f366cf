import process from 'node:process';
import { ensurePackages, runCommand, runOnNode24 } from './bootstrap.mjs';

await runCommand(async () => {
  await ensurePackages();
  return runOnNode24('scripts/src/cluster/enter.ts', ['run-restore.ts', ...process.argv.slice(2)]);
});
