export { Database } from './database.ts';
export type { Transaction } from './run-transaction.ts';
export { bytes, copyOf, defineCollection, listOf, listOfTexts, objectOf, toSchema } from './define-collection.ts';
export type { DocumentOf, Fields, TypedCollection, ValuesOf } from './define-collection.ts';
export type { CollectionDefinition, CollectionUpkeep } from './prepare-collections.ts';
export { isDatabaseUnreachable, isDuplicateKey, isPartlyRefused, readInTime } from './errors.ts';
export { newId } from './new-id.ts';
export { Batcher } from './batcher.ts';
export { createLoader } from './loader.ts';
