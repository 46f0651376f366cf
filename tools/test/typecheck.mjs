import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { readWorkspaces } from '../launcher/workspaces.mjs';

// npm run typecheck: the types of every workspace.
const folders = readWorkspaces().map(({ folder }) => folder);
const { status } = spawnSync('tsc', ['--build', ...folders], { stdio: 'inherit' });
process.exitCode = status ?? 1;
