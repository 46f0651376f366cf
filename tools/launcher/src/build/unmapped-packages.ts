import type { Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** Enough lines that one of them is in the bundle: imports are not. */
const mappedLines = 10;
const mappings = Array.from({ length: mappedLines }, () => 'AAAA').join(';');

/** A source map that maps the first lines of a file to its beginning, and with them what follows. */
const mapOf = (path: string): string =>
  Buffer.from(JSON.stringify({ version: 3, sources: [basename(path)], mappings })).toString('base64');

/**
 * Leaves the lines of npm packages out of source maps, four fifths of their size: once an error is logged, Node keeps the
 * decoded map in memory. In stacks, frames of packages keep their function and file.
 */
export const unmappedPackages: Plugin = {
  name: 'unmapped packages',
  setup: (build) => {
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${mapOf(path)}`,
      loader: 'default',
    }));
  },
};
