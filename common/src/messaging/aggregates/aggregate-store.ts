import { MongoBulkWriteError } from 'mongodb';
import type { AnyBulkWriteOperation, Collection, Document, Filter, WithId } from 'mongodb';
import type { EventDefinition, Trace } from '../../events/index.ts';
import { Batcher } from '../../mongo/index.ts';
import type { AggregateDocument, OutboxEntry } from './outbox.ts';
import type { OutboxCollection, Relay } from './relay.ts';

/** An expression of MongoDB's aggregation language, where a plain value would be taken literally. */
export class Expression {
  readonly value: Document | string;

  constructor(value: Document | string) {
    this.value = value;
  }
}

/** Marks a value of `set` as computed by the database from the document; everything else is taken literally. */
export const expression = (value: Document | string): Expression => new Expression(value);

/** A document before or after its aggregate has begun. */
export interface StoredDocument {
  readonly _id: string;
  readonly version?: number;
  readonly outbox?: readonly OutboxEntry[];
}

export interface Change<Doc extends StoredDocument> {
  /** The condition under which the change is made; `_id` must be in it. */
  readonly filter: Filter<Doc> & { readonly _id: string };
  /** Dots for nested fields; one that is undefined stays as it is. */
  readonly set: { readonly [field: string]: unknown };
  readonly unset?: readonly (keyof Doc & string)[];
  readonly event: EventDefinition<string, unknown>;
  readonly trace: Trace;
  /** Data of an event that tells of something else than a new version: the version then stays as it is. */
  readonly notice?: unknown;
  /** Tells the state as it is once more, for whoever has not heard of it: the version stays as it is. */
  readonly again?: true;
}

/**
 * Changes aggregates and tells of each change by exactly one event, in one write on one document, so that neither can
 * be without the other. The event carries the public state as the write left it.
 */
export interface AggregateStore<Doc extends StoredDocument> {
  /** Inserts that come together share a round trip. @throws an error that `isDuplicateKey` knows when a unique index refuses. */
  insert<Fields extends Omit<Doc, 'version' | 'outbox'>>(
    fields: Fields & { readonly _id: string },
    event: EventDefinition<string, unknown>,
    trace: Trace,
  ): Promise<Fields & AggregateDocument>;
  /** One conditional write. Answers the document after it, or null when the condition did not hold. */
  change(change: Change<Doc>): Promise<WithId<Doc> | null>;
  /** Many conditional writes in one round trip and one more to see which were made: true where its condition held. */
  changeMany(changes: readonly Change<Doc>[]): Promise<boolean[]>;
}

export interface AggregateStoreOptions<Doc extends StoredDocument> {
  readonly collection: Collection<Doc>;
  readonly aggregateType: string;
  /** Field of the event's data → field of the document (dots for nested ones); `id` and `version` come by themselves. */
  readonly publicState: Readonly<Record<string, string>>;
  readonly relay: Pick<Relay, 'register' | 'publish'>;
  readonly now: () => Date;
  readonly newId: () => string;
}

const literal = (value: unknown): unknown => (value instanceof Expression ? value.value : { $literal: value });

/** A first version is 0, and each change adds one. */
const nextVersion = { $ifNull: [{ $add: ['$version', 1] }, 0] };

const at = (document: unknown, path: string): unknown => {
  let value = document;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
};

/** Inserts what comes together in one round trip; answers the errors of those that the database refused, by index. */
const insertAll = async (
  collection: Collection<AggregateDocument>,
  documents: readonly AggregateDocument[],
): Promise<ReadonlyMap<number, unknown>> => {
  const [first] = documents;
  try {
    if (documents.length === 1 && first !== undefined) await collection.insertOne(first);
    else await collection.insertMany([...documents], { ordered: false });
    return new Map();
  } catch (error) {
    // Refusals say nothing of the others if those were not acknowledged by a majority.
    const onlyRefusals =
      error instanceof MongoBulkWriteError &&
      error.result.getWriteErrorCount() > 0 &&
      error.result.getWriteConcernError() === undefined;
    if (documents.length === 1 || !onlyRefusals) throw error;
    return new Map(error.result.getWriteErrors().map((refusal) => [refusal.index, refusal]));
  }
};

export const createAggregateStore = <Doc extends StoredDocument>(
  options: AggregateStoreOptions<Doc>,
): AggregateStore<Doc> => {
  const { collection, relay, now, newId } = options;
  const paths = Object.entries(options.publicState);
  const stateExpression = Object.fromEntries([
    ['id', '$_id'],
    ['version', '$version'],
    ...paths.map(([field, path]) => [field, `$${path}`]),
  ]);
  const source: OutboxCollection = {
    aggregateType: options.aggregateType,
    // The relay sees of a document only what every aggregate has.
    collection: collection.db.collection<AggregateDocument>(collection.collectionName),
  };
  relay.register(source);

  const inserts = new Batcher<AggregateDocument, void>(async (documents) => {
    const refused = await insertAll(source.collection, documents);
    return documents.map((_, index) => {
      const error = refused.get(index);
      return error === undefined
        ? { status: 'fulfilled' as const, value: undefined }
        : { status: 'rejected' as const, reason: error };
    });
  });

  const header = (event: EventDefinition<string, unknown>, trace: Trace) => ({
    id: newId(),
    type: event.type,
    schemaVersion: event.schemaVersion,
    time: now(),
    correlationId: trace.correlationId,
    traceId: trace.traceId,
  });

  const pipeline = (change: Change<Doc>): { readonly eventId: string; readonly update: Document[] } => {
    const entry = header(change.event, change.trace);
    const given = Object.entries(change.set).filter(([, value]) => value !== undefined);
    const values = Object.fromEntries(given.map(([field, value]) => [field, literal(value)]));
    const set = change.notice === undefined && change.again !== true ? { ...values, version: nextVersion } : values;
    const data = change.notice === undefined ? stateExpression : { $literal: change.notice };
    return {
      eventId: entry.id,
      update: [
        ...(Object.keys(set).length > 0 ? [{ $set: set }] : []),
        ...(change.unset === undefined || change.unset.length === 0 ? [] : [{ $unset: [...change.unset] }]),
        {
          $set: {
            outbox: {
              $concatArrays: [
                { $ifNull: ['$outbox', []] },
                [{ $mergeObjects: [{ $literal: entry }, { version: '$version', data }] }],
              ],
            },
          },
        },
      ],
    };
  };

  const publishOwn = (id: string, outbox: readonly OutboxEntry[], eventId: string): boolean => {
    const own = outbox.filter((entry) => entry.id === eventId);
    relay.publish(source, id, own);
    return own.length > 0;
  };

  return {
    insert: async (fields, event, trace) => {
      const data: Record<string, unknown> = { id: fields._id, version: 0 };
      for (const [field, path] of paths) {
        const value = at(fields, path);
        if (value !== undefined) data[field] = value;
      }
      const entry: OutboxEntry = { ...header(event, trace), version: 0, data };
      const document = { ...fields, version: 0, outbox: [entry] };
      await inserts.call(document);
      relay.publish(source, fields._id, document.outbox);
      return document;
    },

    change: async (change) => {
      const { eventId, update } = pipeline(change);
      const after = await collection.findOneAndUpdate(change.filter, update, { returnDocument: 'after' });
      if (after === null) return null;
      publishOwn(after._id, after.outbox ?? [], eventId);
      return after;
    },

    changeMany: async (changes) => {
      if (changes.length === 0) return [];
      const prepared = changes.map((change) => ({ change, ...pipeline(change) }));
      const operations: AnyBulkWriteOperation<Doc>[] = prepared.map(({ change, update }) => ({
        updateOne: { filter: change.filter, update },
      }));
      const result = await collection.bulkWrite(operations, { ordered: false });
      if (result.modifiedCount === 0) return changes.map(() => false);
      const ids = [...new Set(changes.map((change) => change.filter._id))];
      const documents = await source.collection.find({ _id: { $in: ids } }, { projection: { outbox: 1 } }).toArray();
      const outboxes = new Map(documents.map((document) => [document._id, document.outbox]));
      return prepared.map(({ change, eventId }) =>
        publishOwn(change.filter._id, outboxes.get(change.filter._id) ?? [], eventId),
      );
    },
  };
};
