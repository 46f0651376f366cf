import type { Collection, Db, IndexDescriptionInfo } from 'mongodb';
import type { Schema } from 'mongoose';
import type { Logger } from 'pino';

/** An index, in MongoDB's own terms. */
export interface CollectionIndex {
  readonly key: Readonly<Record<string, 1 | -1 | 'text'>>;
  readonly name?: string;
  readonly unique?: true;
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
  readonly weights?: Readonly<Record<string, number>>;
  readonly default_language?: string;
}

/** The indexes of a collection, and what earlier releases have left in it. */
export interface CollectionUpkeep {
  readonly indexes?: readonly CollectionIndex[];
  /**
   * Old name of a stored field → its new name, for documents that an earlier release wrote; dots for a field of an
   * embedded document. A name is never reused: no new name may be the old name of another entry.
   */
  readonly renames?: Readonly<Record<string, string>>;
  /** Names of indexes of earlier releases, to be dropped. A unique one is listed one release after its last use. */
  readonly retiredIndexes?: readonly string[];
}

/** A collection as the database is prepared for it; the validator is made from the types of the mongoose schema. */
export interface CollectionDefinition extends CollectionUpkeep {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * The validator names types and required fields, but no enums: each version of a service installs its own when it starts,
 * and the one before must not make the database refuse the values of the next.
 */
const validatorOf = (schema: Schema): object => {
  const jsonSchema = JSON.stringify(schema.toJSONSchema({ useBsonType: true }), (key, value: unknown) =>
    key === 'enum' && Array.isArray(value) ? undefined : value,
  );
  return { $jsonSchema: JSON.parse(jsonSchema) };
};

/** Creates the missing collection, its validator and its indexes; safe in several replicas at once, and when repeated. */
export const prepareCollection = async (
  db: Db,
  { name, schema, indexes = [], renames = {}, retiredIndexes = [] }: CollectionDefinition,
  logger: Logger,
): Promise<void> => {
  const present = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (present.length === 0) {
    await db.createCollection(name).catch((error: unknown) => {
      if (!hasCodeName(error, 'NamespaceExists')) throw error;
    });
  }
  // 'moderate': a document that an older release wrote can still be changed.
  await db.command({ collMod: name, validator: validatorOf(schema), validationLevel: 'moderate' });
  const collection = db.collection(name);
  // Before the indexes, so that a unique index already sees the new names.
  await renameFields(collection, renames);
  for (const index of indexes) await ensureIndex(collection, index, logger);
  for (const index of retiredIndexes) await dropIndex(collection, index);
};

/**
 * A sparse index per old name, `<old name>_1`, holds only the documents to rename, so that later starts scan nothing. It is
 * retired when the entry of `renames` is removed.
 */
const renameFields = async (collection: Collection, renames: Readonly<Record<string, string>>): Promise<void> => {
  const oldNames = Object.keys(renames);
  if (oldNames.length === 0) return;
  for (const oldName of oldNames) await collection.createIndex({ [oldName]: 1 }, { sparse: true });
  const hasOldName = { $or: oldNames.map((oldName) => ({ [oldName]: { $exists: true } })) };
  await collection.updateMany(hasOldName, { $rename: renames });
};

/** Another replica may have dropped it. */
const dropIndex = async (collection: Collection, name: string): Promise<void> => {
  await collection.dropIndex(name).catch((error: unknown) => {
    if (!hasCodeName(error, 'IndexNotFound')) throw error;
  });
};

/**
 * Creates an index. One with another definition from an older release is dropped and created again: until that is done,
 * text searches on it fail and other queries are slow, so a new definition is better given a new name. A unique index is
 * not replaced: without it, even for a moment, duplicates could be stored.
 */
const ensureIndex = async (collection: Collection, index: CollectionIndex, logger: Logger): Promise<void> => {
  const { key, ...options } = index;
  try {
    await collection.createIndex(key, options);
  } catch (error) {
    if (!hasCodeName(error, 'IndexOptionsConflict') && !hasCodeName(error, 'IndexKeySpecsConflict')) throw error;
    const existing = (await collection.indexes()).find((candidate) => conflicts(candidate, index));
    if (existing?.name === undefined) throw error;
    const { collectionName } = collection;
    if (existing.unique === true || index.unique === true) {
      throw new Error(
        `${collectionName}: the unique index ${existing.name} has another definition in the database. Give the new one ` +
          'another name and other keys or another filter, and drop the old one in a later release',
        { cause: error },
      );
    }
    logger.warn(
      { collection: collectionName, index: existing.name },
      'index definition has changed: creating the index again',
    );
    await dropIndex(collection, existing.name);
    await collection.createIndex(key, options);
  }
};

const hasCodeName = (error: unknown, codeName: string): boolean =>
  typeof error === 'object' && error !== null && 'codeName' in error && error.codeName === codeName;

/** The same name or the same keys; and a collection has at most one text index. */
const conflicts = (existing: IndexDescriptionInfo, { key, name }: CollectionIndex): boolean =>
  existing.name === name ||
  JSON.stringify(Object.entries(existing.key)) === JSON.stringify(Object.entries(key)) ||
  ('_fts' in existing.key && Object.values(key).includes('text'));
