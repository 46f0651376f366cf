import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

// Runs a program from its sources and anew whenever one of them changes: node scripts/run-sources.mjs orders/src/index.ts
// orders/src common/src. For the development images: what copies files into a container replaces them, after which
// `node --watch` sees no further change of them. Whatever is under way at a change is cut off. INSPECT=0.0.0.0:9229 opens a
// debugger there.

const [entry = '', ...folders] = process.argv.slice(2);
const lookEveryMs = 200;
const { INSPECT: inspect = '' } = process.env;

/** @param {string} folder @returns {string[]} */
const stateOf = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((item) => {
    if (!item.isFile()) return [];
    const path = join(item.parentPath, item.name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [`${path} ${stats.mtimeMs} ${stats.ino} ${stats.size}`];
  });

const look = () => folders.flatMap(stateOf).join('\n');

/** @type {import('node:child_process').ChildProcess} */
let child;
const run = () => {
  child = spawn(process.execPath, [...(inspect === '' ? [] : [`--inspect=${inspect}`]), entry], { stdio: 'inherit' });
};

let before = look();
run();
setInterval(() => {
  const now = look();
  if (now === before) return;
  before = now;
  process.stdout.write(`${entry} is run anew\n`);
  child.once('exit', run);
  // One that has ended by itself, over a mistake in the sources, waits here for the next change.
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  else child.emit('exit');
}, lookEveryMs);

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  process.once(signal, () => {
    child.once('exit', (code) => process.exit(code ?? 1));
    child.kill(signal);
  });
}
