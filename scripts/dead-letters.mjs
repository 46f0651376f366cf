import process from 'node:process';
import { ensurePackages, runCommand, runOnNode24 } from './bootstrap.mjs';

await runCommand(async () => {
  await ensurePackages();
  return runOnNode24('audit/src/run-dead-letters.ts', process.argv.slice(2));
});
