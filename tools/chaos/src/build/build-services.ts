import { bundleOptions, bundlePlugins, childPrograms } from '@ticketing/launcher/build';
import { services } from '@ticketing/launcher/topology';
import * as esbuild from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { SourceEdit } from './guards.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** The source of a service's entry, which is bundled as if it stood beside the service's own index.ts. */
type EntryOf = (service: string) => string;

const unchangedEntry: EntryOf = () => `import './index.ts';`;

/** Starts a service like its own index.ts, but with fault injection; the next version counts that it was started. */
export const faultyEntry =
  (version: 'present' | 'next'): EntryOf =>
  (service) => `
import { runUntilSignal } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startService } from './service.ts';
import { faultyOverrides } from ${JSON.stringify(join(root, 'tools', 'chaos', 'src', 'inject', 'overrides.ts'))};
await runUntilSignal(() => startService(readConfig(process.env), faultyOverrides(${JSON.stringify(service)}, ${JSON.stringify(version)})));
`;

/** Applies the edits while the sources are bundled. */
const editing = (edits: readonly SourceEdit[], used: Set<SourceEdit>): esbuild.Plugin => ({
  name: 'edited sources',
  setup: (build) => {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const file = relative(root, path);
      const own = edits.filter((edit) => edit.file === file);
      if (own.length === 0) return undefined;
      let contents = await readFile(path, 'utf8');
      for (const edit of own) {
        if (contents.split(edit.find).length !== 2) {
          throw new Error(`${file} must contain exactly once:\n${edit.find}`);
        }
        contents = contents.replace(edit.find, () => edit.replacement);
        used.add(edit);
      }
      return { contents, loader: 'ts' };
    });
  },
});

/**
 * Bundles the services with the edits applied, each into `index.mjs` of its own folder, beside the programs that it starts.
 * @throws Error when an edit does not match the sources.
 */
export const buildServices = async (
  directory: string,
  edits: readonly SourceEdit[],
  entryOf: EntryOf = unchangedEntry,
): Promise<void> => {
  await rm(directory, { recursive: true, force: true });
  const used = new Set<SourceEdit>();
  const bundle = async (outfile: string, entry: Pick<esbuild.BuildOptions, 'stdin' | 'entryPoints'>): Promise<void> => {
    const { outputFiles } = await esbuild.build({
      ...bundleOptions,
      ...entry,
      outfile,
      absWorkingDir: root,
      plugins: [editing(edits, used), ...bundlePlugins],
    });
    await mkdir(dirname(outfile), { recursive: true });
    for (const { path, text } of outputFiles) await writeFile(path, text);
  };
  for (const service of services) {
    const resolveDir = join(root, service, 'src');
    await bundle(join(directory, service, 'index.mjs'), {
      stdin: { contents: entryOf(service), resolveDir, sourcefile: 'entry.ts', loader: 'ts' },
    });
    for (const program of childPrograms(service)) {
      await bundle(join(directory, service, program.bundle), { entryPoints: [program.entry] });
    }
  }
  const unused = edits.filter((edit) => !used.has(edit));
  if (unused.length > 0) throw new Error(`No service imports ${unused.map(({ file }) => file).join(', ')}`);
};
