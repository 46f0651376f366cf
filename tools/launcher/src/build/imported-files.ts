import * as esbuild from 'esbuild';
import { join, relative } from 'node:path';
import { inputsBelow } from './fingerprint.ts';

/** The lockfile stands for packages of npm. */
const withoutNpmPackages: esbuild.Plugin = {
  name: 'without npm packages',
  setup: (build) => {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@ticketing/') ? undefined : { external: true },
    );
  },
};

/**
 * The files outside a folder that end up in what is built from it: what its sources import, and what that imports. Imports of
 * types alone do not count.
 * @returns Sorted paths, relative to `base`.
 */
export const importedFiles = async (base: string, folder: string): Promise<string[]> => {
  const { metafile } = await esbuild.build({
    entryPoints: inputsBelow(join(base, folder)).filter((file) => /\.m?[jt]sx?$/.test(file)),
    absWorkingDir: base,
    outdir: 'unused',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    loader: { '.css': 'empty', '.svg': 'empty' },
    plugins: [withoutNpmPackages],
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs)
    .map((path) => relative(base, join(base, path)))
    .filter((path) => !path.startsWith(`${folder}/`))
    .toSorted();
};
