import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

// Runs a workspace from its sources and restarts it whenever one of them, or of common's, changes: the WORKSPACE of the
// development images, such as orders. What copies files into a container replaces them, after which `node --watch` sees
// no further change of them. A restart cuts off what is in progress. INSPECT=0.0.0.0:9229 opens a debugger there.

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
  process.stdout.write(`${entry} restarts\n`);
  child.once('exit', run);
  // A process that a mistake in the sources has ended waits here for the next change.
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  else child.emit('exit');
}, pollEveryMs);

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  process.once(signal, () => {
    child.once('exit', (code) => process.exit(code ?? 1));
    child.kill(signal);
  });
}
