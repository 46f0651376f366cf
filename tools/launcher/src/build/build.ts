import * as esbuild from 'esbuild';
import { execa } from 'execa';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeWhole } from '../../data-dir.mjs';
import { cacheDirectory, root } from '../paths.ts';
import { required } from '../required.ts';
import { bundled, bundleOf } from './bundled.ts';
import { fingerprint } from './fingerprint.ts';
import { importedFiles } from './imported-files.ts';
import { namesAtStart } from './names-at-start.ts';
import { unmappedPackages } from './unmapped-packages.ts';

/** File beside a build result with the hash of its inputs. */
const stamp = 'inputs.sha256';

const isCurrent = (directory: string, inputs: string): boolean => {
  try {
    return readFileSync(join(directory, stamp), 'utf8') === inputs;
  } catch {
    return false;
  }
};

const lockfile = (): string => readFileSync(join(root, 'package-lock.json'), 'utf8');

/** CommonJS packages in the bundle call `require`, which ES modules do not have. */
const banner =
  "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);";

/** esbuild options of every bundle, besides its plugins. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: 'linked',
  sourcesContent: false,
  keepNames: true,
  banner: { js: banner },
  // Native modules cannot be bundled.
  external: ['@node-rs/argon2'],
  logLevel: 'silent',
  write: false,
} as const satisfies esbuild.BuildOptions;

/** esbuild plugins of every bundle. */
export const bundlePlugins = [unmappedPackages, namesAtStart];

/** Programs that a workspace starts itself, as child processes: each `NAME-process.ts` becomes a bundle beside its own. */
export const childPrograms = (folder: string): { readonly entry: string; readonly bundle: string }[] =>
  globSync('src/**/*-process.ts', { cwd: join(root, folder) }).map((file) => ({
    entry: join(root, folder, file),
    bundle: basename(file).replace(/ts$/, 'mjs'),
  }));

/**
 * Bundles a workspace, and the programs that it starts, unless its inputs are unchanged.
 * @returns Whether it was built.
 */
export const buildBundle = async (name: string): Promise<boolean> => {
  const folder = required(bundled[name], `workspace ${name}`);
  const output = join(root, folder, 'dist');
  const inputs = fingerprint(root, [folder, 'common', 'tools/launcher/src/build'], lockfile());
  if (isCurrent(output, inputs)) return false;
  mkdirSync(output, { recursive: true });
  const programs = childPrograms(folder).map(({ entry, bundle }) => ({ entry, outfile: join(output, bundle) }));
  for (const { entry, outfile } of [
    ...programs,
    { entry: join(root, folder, 'src', 'index.ts'), outfile: bundleOf(name) },
  ]) {
    const { outputFiles } = await esbuild.build({
      ...bundleOptions,
      plugins: bundlePlugins,
      entryPoints: [entry],
      outfile,
      absWorkingDir: root,
    });
    // The source map first, so that a new bundle never has an old map.
    for (const file of outputFiles.toSorted((a, b) => (a.path > b.path ? -1 : 1))) writeWhole(file.path, file.text);
  }
  writeWhole(join(output, stamp), inputs);
  return true;
};

/** Leaves out modules of ours that a program imports and does not use: none does anything when it is imported. */
const onlyWhatIsUsed: esbuild.Plugin = {
  name: 'only what is used',
  setup: (build) => {
    const isResolved = Symbol('is resolved');
    build.onResolve(
      { filter: /^(\.|@ticketing\/)/ },
      async ({ path, importer, namespace, resolveDir, kind, ...rest }) => {
        const data: unknown = rest.pluginData;
        if (data === isResolved || importer.includes('/node_modules/')) return undefined;
        const options = { importer, namespace, resolveDir, kind, pluginData: isResolved };
        return { ...(await build.resolve(path, options)), sideEffects: false };
      },
    );
  },
};

/** Bundles a program into the text of one file, which needs no other and has no source map. */
export const bundleProgram = async (entry: string): Promise<string> => {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    plugins: [onlyWhatIsUsed],
    sourcemap: false,
    minify: true,
    entryPoints: [entry],
    absWorkingDir: root,
  });
  return required(outputFiles[0], `bundle of ${entry}`).text;
};

/** Stops esbuild's child process; call it after the last bundle. */
export const endBundler = (): Promise<void> => esbuild.stop();

/**
 * Builds the site for production, unless its inputs are unchanged.
 * @returns Whether it was built.
 * @throws Error with the end of the build's output.
 */
export const buildClient = async (progress: (text: string) => void, signal: AbortSignal): Promise<boolean> => {
  const directory = join(root, 'client');
  const output = join(directory, '.next');
  const inputs = fingerprint(root, ['client', ...(await importedFiles(root, 'client'))], lockfile());
  if (isCurrent(output, inputs)) return false;
  progress('the first build takes about a minute');
  const log = join(cacheDirectory, 'client-build.log');
  const { failed, all } = await execa(join(root, 'node_modules', '.bin', 'next'), ['build'], {
    cwd: directory,
    reject: false,
    all: true,
    stdin: 'ignore',
    cancelSignal: signal,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
  });
  signal.throwIfAborted();
  mkdirSync(cacheDirectory, { recursive: true });
  writeWhole(log, all);
  if (failed)
    throw new Error(`Building the site failed. The end of ${log}:\n${all.trim().split('\n').slice(-30).join('\n')}`);
  writeWhole(join(output, stamp), inputs);
  return true;
};
