import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { readWorkspaces } from '../launcher/workspaces.mjs';

// npm run typecheck: the types of every workspace.
const folders = readWorkspaces().map(({ folder }) => folder);
// One project and one checker at a time: in parallel, each checker holds the types of the libraries again, which takes ten
// times the memory and, on two cores, twice the time.
const { status } = spawnSync('tsc', ['--build', '--builders', '1', '--checkers', '1', ...folders], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
