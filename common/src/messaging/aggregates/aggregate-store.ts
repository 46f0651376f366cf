import { MongoBulkWriteError } from 'mongodb';
import type { AnyBulkWriteOperation, Collection, Document, Filter, WithId } from 'mongodb';
import type { DataOf, Trace } from '../../events/index.ts';
import { Batcher, type Database } from '../../mongo/index.ts';
import type { Aggregate, AnyEvent } from './define-aggregate.ts';
import type { AggregateDocument, OutboxEntry } from './outbox.ts';
import type { OutboxCollection, Relay } from './relay.ts';

/** An expression of MongoDB's aggregation language, where a plain value would be taken literally. */
export class Expression {
  readonly value: Document | string;

  constructor(value: Document | string) {
    this.value = value;
  }
}

/** Marks a value of `set` as computed by the database from the document; all other values are literal. */
export const expression = (value: Document | string): Expression => new Expression(value);

/** A document before or after its aggregate has begun. */
interface StoredDocument {
  readonly _id: string;
  readonly outbox?: readonly OutboxEntry[];
}

type OwnField<Doc> = Exclude<keyof Doc & string, keyof AggregateDocument>;

/** New values of fields: taken literally, or computed by the database; undefined leaves a field unchanged. */
export type NewValues<Doc> = { readonly [Field in OwnField<Doc>]?: Doc[Field] | Expression | undefined };

/** The bound of inference: with other fields too, which `Exactly` then names in the error. */
type AnyValues<Doc> = NewValues<Doc> & Readonly<Record<string, unknown>>;

/** Refuses fields that `Allowed` does not have, also where the compiler does not look for excess ones. */
type Exactly<Given, Allowed> = Partial<Given> & { readonly [Field in Exclude<keyof Given, keyof Allowed>]: never };

export interface Write<Doc, Set extends AnyValues<Doc>> {
  /** The condition under which the document is written; `_id` is part of it. */
  readonly filter: Filter<Doc> & { readonly _id: string };
  readonly set: Exactly<Set, NewValues<Doc>>;
  readonly trace: Trace;
}

export interface Change<Doc, Event, Set extends AnyValues<Doc> = NewValues<Doc>> extends Write<Doc, Set> {
  readonly unset?: readonly OwnField<Doc>[];
  readonly event: Event;
}

/**
 * Writes aggregates. Every write stores exactly one event in the same document, so neither exists without the other;
 * except for side events, it carries the public state as the write left it.
 */
export interface Store<Doc extends StoredDocument, Event extends AnyEvent, SideEvent extends AnyEvent> {
  /** For reading, and for writing what is not public. */
  readonly collection: Collection<Doc>;
  /** Inserts that are called together share a round trip. @throws an error that `isDuplicateKey` recognises when a unique index refuses. */
  insert<Given extends Omit<Doc, 'version' | 'outbox'>>(
    fields: Given & { readonly [Field in Exclude<keyof Given, keyof Doc>]: never },
    event: Event,
    trace: Trace,
  ): Promise<Given & AggregateDocument>;
  /** One conditional write. Returns the document after it, or null when the condition did not hold. */
  change<Set extends AnyValues<Doc>>(change: Change<Doc, Event, Set>): Promise<WithId<Doc> | null>;
  /** Many conditional writes in two round trips; returns for each whether its condition held. */
  changeMany<Set extends AnyValues<Doc>>(changes: readonly Change<Doc, Event, Set>[]): Promise<boolean[]>;
  /** Publishes current states under new event ids, versions unchanged, for receivers that missed them; may set fields that are not public. */
  republish<Set extends AnyValues<Doc>>(changes: readonly Omit<Change<Doc, Event, Set>, 'unset'>[]): Promise<boolean[]>;
  /** Publishes an event with data of its own; the version is unchanged. Returns the document, or null when the condition did not hold. */
  publishSideEvent<Own extends SideEvent, Set extends AnyValues<Doc>>(
    write: Write<Doc, Set> & { readonly event: Own; readonly data: DataOf<Own> },
  ): Promise<WithId<Doc> | null>;
}

/** What a store is opened with: a service, or parts of one in tests. */
export interface StoreDeps {
  readonly database: Pick<Database, 'collection'>;
  readonly relay: Pick<Relay, 'register' | 'publish'>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** How a write's event is published. */
type Publication =
  | { readonly kind: 'change'; readonly unset?: readonly string[] | undefined }
  | { readonly kind: 'republish' }
  | { readonly kind: 'side event'; readonly data: unknown };

interface AnyWrite {
  readonly set: Readonly<Record<string, unknown>>;
  readonly event: AnyEvent;
  readonly trace: Trace;
}

const literal = (value: unknown): unknown => (value instanceof Expression ? value.value : { $literal: value });

/** The first version is 0, and each change adds one. */
const nextVersion = { $ifNull: [{ $add: ['$version', 1] }, 0] };

/** Inserts documents in one round trip; returns the errors of those that the database refused, by index. */
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
    // If the majority has not acknowledged the others either, the whole batch has failed.
    const onlyRefusals =
      error instanceof MongoBulkWriteError &&
      error.result.getWriteErrorCount() > 0 &&
      error.result.getWriteConcernError() === undefined;
    if (documents.length === 1 || !onlyRefusals) throw error;
    return new Map(error.result.getWriteErrors().map((refusal) => [refusal.index, refusal]));
  }
};

export const openStore = <Doc extends StoredDocument, Event extends AnyEvent, SideEvent extends AnyEvent>(
  aggregate: Aggregate<Doc, Event, SideEvent>,
  { database, relay, now, newId }: StoreDeps,
): Store<Doc, Event, SideEvent> => {
  const collection = database.collection<Doc>(aggregate.name);
  const source: OutboxCollection = {
    aggregateType: aggregate.type,
    collection: database.collection<AggregateDocument>(aggregate.name),
  };
  relay.register(source);
  const publicFields = Object.entries(aggregate.publicState);
  const publicState = Object.fromEntries([
    ['id', '$_id'],
    ['version', '$version'],
    ...publicFields.map(([name, field]) => [name, `$${field}`]),
  ]);

  const inserts = new Batcher<AggregateDocument, void>(async (documents) => {
    const refused = await insertAll(source.collection, documents);
    return documents.map((_, index) => {
      const error = refused.get(index);
      return error === undefined
        ? { status: 'fulfilled' as const, value: undefined }
        : { status: 'rejected' as const, reason: error };
    });
  });

  const header = (event: AnyEvent, trace: Trace) => ({
    id: newId(),
    type: event.type,
    schemaVersion: event.schemaVersion,
    time: now(),
    correlationId: trace.correlationId,
    traceId: trace.traceId,
  });

  const pipeline = (write: AnyWrite, publication: Publication) => {
    const entry = header(write.event, write.trace);
    const given = Object.entries(write.set).filter(([, value]) => value !== undefined);
    const values = Object.fromEntries(given.map(([field, value]) => [field, literal(value)]));
    const set = publication.kind === 'change' ? { ...values, version: nextVersion } : values;
    const unset = publication.kind === 'change' ? (publication.unset ?? []) : [];
    const data = publication.kind === 'side event' ? { $literal: publication.data } : publicState;
    const update: Document[] = [
      ...(Object.keys(set).length > 0 ? [{ $set: set }] : []),
      ...(unset.length > 0 ? [{ $unset: [...unset] }] : []),
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
    ];
    return { eventId: entry.id, update };
  };

  const publishOwn = (id: string, outbox: readonly OutboxEntry[], eventId: string): boolean => {
    const own = outbox.filter((entry) => entry.id === eventId);
    relay.publish(source, id, own);
    return own.length > 0;
  };

  const writeOne = async (
    filter: Filter<Doc> & { readonly _id: string },
    { eventId, update }: ReturnType<typeof pipeline>,
  ): Promise<WithId<Doc> | null> => {
    const after = await collection.findOneAndUpdate(filter, update, { returnDocument: 'after' });
    if (after !== null) publishOwn(filter._id, after.outbox ?? [], eventId);
    return after;
  };

  const writeMany = async (
    writes: readonly ({ readonly filter: Filter<Doc> & { readonly _id: string } } & ReturnType<typeof pipeline>)[],
  ): Promise<boolean[]> => {
    if (writes.length === 0) return [];
    const operations: AnyBulkWriteOperation<Doc>[] = writes.map(({ filter, update }) => ({
      updateOne: { filter, update },
    }));
    const result = await collection.bulkWrite(operations, { ordered: false });
    if (result.modifiedCount === 0) return writes.map(() => false);
    const ids = [...new Set(writes.map(({ filter }) => filter._id))];
    const documents = await source.collection.find({ _id: { $in: ids } }, { projection: { outbox: 1 } }).toArray();
    const outboxes = new Map(documents.map((document) => [document._id, document.outbox]));
    return writes.map(({ filter, eventId }) => publishOwn(filter._id, outboxes.get(filter._id) ?? [], eventId));
  };

  return {
    collection,

    insert: async (fields, event, trace) => {
      const stored = new Map<string, unknown>(Object.entries(fields));
      const state = publicFields.flatMap(([name, field]) =>
        stored.get(field) === undefined ? [] : [[name, stored.get(field)]],
      );
      const entry: OutboxEntry = {
        ...header(event, trace),
        version: 0,
        data: { id: fields._id, version: 0, ...Object.fromEntries(state) },
      };
      const document = { ...fields, version: 0, outbox: [entry] };
      await inserts.call(document);
      relay.publish(source, fields._id, document.outbox);
      return document;
    },

    change: (change) => writeOne(change.filter, pipeline(change, { kind: 'change', unset: change.unset })),
    changeMany: (changes) =>
      writeMany(
        changes.map((change) => ({
          filter: change.filter,
          ...pipeline(change, { kind: 'change', unset: change.unset }),
        })),
      ),
    republish: (writes) =>
      writeMany(writes.map((write) => ({ filter: write.filter, ...pipeline(write, { kind: 'republish' }) }))),
    publishSideEvent: ({ data, ...write }) => writeOne(write.filter, pipeline(write, { kind: 'side event', data })),
  };
};
