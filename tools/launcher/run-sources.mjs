import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

// Runs a workspace from its sources and restarts it whenever they, or those of common, change. Development images use it:
// WORKSPACE is the folder, such as orders; INSPECT=0.0.0.0:9229 opens a debugger at that address. It polls, because
// skaffold replaces files in the container, after which `node --watch` no longer sees changes of them. A restart does not
// wait for requests in progress.

const { INSPECT: inspect = '', WORKSPACE: workspace = '' } = process.env;
const entry = `${workspace}/src/index.ts`;
const folders = [`${workspace}/src`, 'common/src'];
const pollEveryMs = 200;

/** @param {string} folder @returns {string[]} */
const stateOf = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((item) => {
    if (!item.isFile()) return [];
    const path = join(item.parentPath, item.name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [`${path} ${stats.mtimeMs} ${stats.ino} ${stats.size}`];
  });

const snapshot = () => folders.flatMap(stateOf).join('\n');

/** @type {import('node:child_process').ChildProcess} */
let child;
const run = () => {
  child = spawn(process.execPath, [...(inspect === '' ? [] : [`--inspect=${inspect}`]), entry], { stdio: 'inherit' });
};

let before = snapshot();
run();
setInterval(() => {
  const now = snapshot();
  if (now === before) return;
  before = now;
  process.stdout.write(`restarting ${entry}\n`);
  child.once('exit', run);
  // A process that has failed stays ended until the sources change.
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  else child.emit('exit');
}, pollEveryMs);

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  process.once(signal, () => {
    child.once('exit', (code) => process.exit(code ?? 1));
    child.kill(signal);
  });
}
