import { join } from 'node:path';
import { readWorkspaces } from '../../workspaces.mjs';
import { root } from '../paths.ts';
import { required } from '../required.ts';

/** Workspaces that are bundled before they run: name → folder. The site has its own build. */
export const bundled: Readonly<Record<string, string>> = Object.fromEntries(
  readWorkspaces().flatMap(({ name, folder, description }) => (description.kind === undefined ? [] : [[name, folder]])),
);

/** Path of a workspace's bundle. */
export const bundleOf = (name: string): string =>
  join(root, required(bundled[name], `workspace ${name}`), 'dist', 'index.mjs');
