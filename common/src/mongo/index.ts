export { Database } from './database.ts';
export type { CollectionDefinition } from './prepare-collections.ts';
export { isDatabaseAway, isDuplicateKey } from './errors.ts';
export { newId } from './new-id.ts';
export { Batcher } from './batcher.ts';
export { createLoader } from './loader.ts';
