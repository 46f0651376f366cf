import type { CreateIndexesOptions, Db, IndexDescriptionInfo } from 'mongodb';
import type { Schema } from 'mongoose';
import type { Logger } from 'pino';

/** A collection's name with its mongoose schema, from which its indexes and its validator in the database are made. */
export interface CollectionDefinition {
  readonly name: string;
  readonly schema: Schema;
  /**
   * Old name of a stored field → its new name, for documents that an earlier release wrote; dots for a field of an
   * embedded document. A name is never reused: no new name may be the old name of another entry.
   */
  readonly renames?: Readonly<Record<string, string>>;
}

/** Creates the missing collection, its validator and its indexes; safe in several replicas at once, and when repeated. */
export const prepareCollection = async (
  db: Db,
  { name, schema, renames = {} }: CollectionDefinition,
  logger: Logger,
): Promise<void> => {
  const validator = { $jsonSchema: schema.toJSONSchema({ useBsonType: true }) };
  const present = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (present.length === 0) {
    await db.createCollection(name).catch((error: unknown) => {
      if (!hasCodeName(error, 'NamespaceExists')) throw error;
    });
  }
  // 'moderate': a document that an older release wrote can still be changed.
  await db.command({ collMod: name, validator, validationLevel: 'moderate' });
  const oldNames = Object.keys(renames);
  if (oldNames.length > 0) {
    // Before the indexes, so that a unique index already sees the new names.
    await db
      .collection(name)
      .updateMany({ $or: oldNames.map((field) => ({ [field]: { $exists: true } })) }, { $rename: renames });
  }
  for (const [keys, options] of schema.indexes()) {
    const { unique, partialFilterExpression, expireAfterSeconds, name: indexName, weights, default_language } = options;
    await ensureIndex(db, logger, name, toKeys(keys), {
      ...(unique === true ? { unique } : {}),
      ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
      ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
      ...(indexName === undefined ? {} : { name: indexName }),
      ...(weights === undefined ? {} : { weights }),
      ...(default_language === undefined ? {} : { default_language }),
    });
  }
};

/**
 * Creates an index. One with another definition from an older release is dropped and created again: until that is done,
 * text searches on it fail and other queries are slow, so a new definition is better given a new name. A unique index is
 * not replaced: without it, even for a moment, duplicates could be stored.
 */
const ensureIndex = async (
  db: Db,
  logger: Logger,
  name: string,
  keys: IndexKeys,
  options: CreateIndexesOptions,
): Promise<void> => {
  const collection = db.collection(name);
  try {
    await collection.createIndex(keys, options);
  } catch (error) {
    if (!hasCodeName(error, 'IndexOptionsConflict') && !hasCodeName(error, 'IndexKeySpecsConflict')) throw error;
    const existing = (await collection.indexes()).find((index) => conflicts(index, keys, options.name));
    if (existing?.name === undefined) throw error;
    if (existing.unique === true || options.unique === true) {
      throw new Error(
        `${name}: the unique index ${existing.name} has another definition in the database. Give the new one another ` +
          'name and other keys or another filter, and drop the old one in a later release',
        { cause: error },
      );
    }
    logger.warn({ collection: name, index: existing.name }, 'index definition has changed: creating the index again');
    await collection.dropIndex(existing.name).catch((dropError: unknown) => {
      // Another replica has dropped it.
      if (!hasCodeName(dropError, 'IndexNotFound')) throw dropError;
    });
    await collection.createIndex(keys, options);
  }
};

const hasCodeName = (error: unknown, codeName: string): boolean =>
  typeof error === 'object' && error !== null && 'codeName' in error && error.codeName === codeName;

type IndexKeys = [string, 1 | -1 | 'text'][];

/** The same name or the same keys; and a collection has at most one text index. */
const conflicts = (index: IndexDescriptionInfo, keys: IndexKeys, name: string | undefined): boolean =>
  index.name === name ||
  JSON.stringify(Object.entries(index.key)) === JSON.stringify(keys) ||
  ('_fts' in index.key && keys.some(([, direction]) => direction === 'text'));

const toKeys = (keys: object): IndexKeys =>
  Object.entries(keys).map(([field, direction]) => [field, direction === 'text' ? 'text' : direction === -1 ? -1 : 1]);
