import { join } from 'node:path';

/** Root of the repository. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** Downloads and build results, all of which can be deleted. */
export const cacheDirectory = join(root, '.cache');
