import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'injected';

interface FaultCounter {
  readonly count: (kind: string) => void;
  /** Writes the counts at once, before this process stands still; otherwise they are written every half second. */
  readonly write: () => void;
}

/** Counts the faults that have happened in this process, in a file below `dataDir`. */
export const createFaultCounter = (dataDir: string, service: string): FaultCounter => {
  const counts = new Map<string, number>();
  const path = join(dataDir, folder, `${service}-${process.pid}.json`);
  let dirty = false;
  const write = () => {
    if (!dirty) return;
    dirty = false;
    mkdirSync(join(dataDir, folder), { recursive: true });
    // Renamed, since readers must not find half a file, nor one that a killed process has just emptied.
    writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(counts)));
    renameSync(`${path}.new`, path);
  };
  setInterval(write, 500).unref();
  return {
    count: (kind) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      dirty = true;
    },
    write,
  };
};

/** Sums the counts of all processes. Those of a killed process lack its last half second. */
export const readFaultCounts = (dataDir: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  const directory = join(dataDir, folder);
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.json'))) {
    const counts: unknown = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    if (typeof counts !== 'object' || counts === null) continue;
    for (const [kind, count] of Object.entries(counts)) sums.set(kind, (sums.get(kind) ?? 0) + Number(count));
  }
  return sums;
};
