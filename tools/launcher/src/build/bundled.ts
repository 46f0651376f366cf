import { join } from 'node:path';
import { readWorkspaces } from '../../workspaces.mjs';
import { root } from '../paths.ts';
import { required } from '../required.ts';

/** What is bundled before it runs: name → folder. The site has a build of its own. */
export const bundled: Readonly<Record<string, string>> = Object.fromEntries(
  readWorkspaces().flatMap(({ name, folder, description }) => (description.kind === undefined ? [] : [[name, folder]])),
);

/** The file that a workspace is bundled into. */
export const bundleOf = (name: string): string =>
  join(root, required(bundled[name], `workspace ${name}`), 'dist', 'index.mjs');
