import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded before the program of every Node process of a soak test, by NODE_OPTIONS. SIGUSR2 makes the process collect its garbage and
// write how much memory its objects use: in bytes, to a file in `folder` that is named for its pid.
const folder = new URL(import.meta.url).searchParams.get('folder') ?? '';
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('SIGUSR2', () => {
  // Twice: what finalizers free in the first pass goes in the second.
  for (let pass = 0; pass < 2; pass += 1) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const path = join(folder, String(process.pid));
  // Renamed, since nobody must read half a file.
  writeFileSync(`${path}.new`, String(heapUsed + external));
  renameSync(`${path}.new`, path);
});
