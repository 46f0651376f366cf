import { join } from 'node:path';

/** The project's own folder. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** What was downloaded or built and can be had again. */
export const cacheDirectory = join(root, '.cache');
