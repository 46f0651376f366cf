import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const ignored = new Set(['node_modules', 'dist', '.next', 'coverage', 'test']);
const isInput = (name: string): boolean => !/\.test\.tsx?$|\.tsbuildinfo$|\.md$|^next-env\.d\.ts$/.test(name);

/** The files below a folder that what is built from it depends on. */
export const inputsBelow = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name);
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : inputsBelow(below);
      return entry.isFile() && isInput(entry.name) ? [below] : [];
    });

/** Hashes the names and contents of these files, of all inputs below these folders, and `others`. */
export const fingerprint = (base: string, paths: readonly string[], ...others: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const other of others) hash.update(other).update('\0');
  const files = paths
    .map((path) => join(base, path))
    .flatMap((path) => (statSync(path).isDirectory() ? inputsBelow(path) : [path]));
  for (const file of files) {
    hash.update(relative(base, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
};
