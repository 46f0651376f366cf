export { Database } from './database.ts';
export type { CollectionDefinition } from './database.ts';
export { isDatabaseAway, isDuplicateKey } from './errors.ts';
export { aggregateFields } from './schema.ts';
export { newId } from './new-id.ts';
export { Batcher } from './batcher.ts';
export { createLoader } from './loader.ts';
