import type { AnyBulkWriteOperation, Collection, Document, Filter, WithId } from 'mongodb';
import { newTrace, type Trace } from '../../events/index.ts';
import { Batcher, byId, isPartlyRefused, type Transaction } from '../../mongo/index.ts';
import type { Aggregate, AnyEvent, SideEventOf } from './define-aggregate.ts';
import type { AggregateDocument, OutboxEntry } from './outbox.ts';
import type { OutboxCollection, RepublishPage } from './relay.ts';
import {
  EventBacklogError,
  Expression,
  maxWaitingEvents,
  type Store,
  type StoreDeps,
  type StoredDocument,
} from './store.ts';

/** How a write's event is published. */
type Publication =
  | { readonly kind: 'change'; readonly unset?: readonly string[] | undefined }
  | { readonly kind: 'republish'; readonly changedAt?: Date }
  | { readonly kind: 'side event'; readonly data: unknown };

interface AnyWrite {
  readonly set: Readonly<Record<string, unknown>>;
  readonly event: AnyEvent;
  readonly sideEvent?: SideEventOf<AnyEvent> | undefined;
  readonly trace: Trace;
}

const literal = (value: unknown): unknown => (value instanceof Expression ? value.value : { $literal: value });

/** The value of a field, or of a field in it: `order.sellerId`. */
const valueAt = (fields: object, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined,
      fields,
    );

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
    // After any other error the outcome of the whole batch is unknown.
    if (documents.length === 1 || !isPartlyRefused(error)) throw error;
    // The batch has waited for its own inserts only. This write, which changes nothing, waits for all that the server has made
    // before, so that a majority read shows the documents that have refused the others.
    await collection.updateOne({ _id: '' }, { $set: { version: 0 } });
    return new Map(error.result.getWriteErrors().map((refusal) => [refusal.index, refusal]));
  }
};

export const openStore = <Doc extends StoredDocument, Event extends AnyEvent, SideEvent extends AnyEvent>(
  aggregate: Aggregate<Doc, Event, SideEvent>,
  { database, relay, now, newId }: StoreDeps,
): Store<Doc, Event, SideEvent> => {
  const collection = database.collection<Doc>(aggregate.name);
  const { republishAs, republishWith } = aggregate;
  const source: OutboxCollection = {
    aggregateType: aggregate.type,
    subjects: [...aggregate.events, ...aggregate.sideEvents].map(({ type }) => type),
    collection: database.collection<AggregateDocument>(aggregate.name),
    ...(republishAs === undefined ? {} : { republish: (page) => republishPage(page, republishAs) }),
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
    const changedAt = {
      $literal: publication.kind === 'republish' ? (publication.changedAt ?? entry.time) : entry.time,
    };
    const set = { ...values, ...(publication.kind === 'change' ? { version: nextVersion } : {}), changedAt };
    const unset = publication.kind === 'change' ? (publication.unset ?? []) : [];
    const data = publication.kind === 'side event' ? { $literal: publication.data } : publicState;
    const { sideEvent } = write;
    const second = sideEvent === undefined ? undefined : header(sideEvent.event, write.trace);
    const stored = (event: typeof entry, itsData: unknown) => ({
      // A side event may come before the first version.
      $mergeObjects: [{ $literal: event }, { version: { $ifNull: ['$version', 0] }, data: itsData }],
    });
    const update: Document[] = [
      { $set: set },
      ...(unset.length > 0 ? [{ $unset: [...unset] }] : []),
      {
        $set: {
          outbox: {
            $concatArrays: [
              { $ifNull: ['$outbox', []] },
              [stored(entry, data), ...(second === undefined ? [] : [stored(second, { $literal: sideEvent?.data })])],
            ],
          },
        },
      },
    ];
    return { eventIds: second === undefined ? [entry.id] : [entry.id, second.id], update };
  };

  const publishOwn = (id: string, outbox: readonly OutboxEntry[], eventIds: readonly string[]): boolean => {
    const own = outbox.filter((entry) => eventIds.includes(entry.id));
    relay.publish(source, id, own);
    return own.length > 0;
  };

  const writeOne = async (
    filter: Filter<Doc> & { readonly _id: string },
    { eventIds, update }: ReturnType<typeof pipeline>,
    {
      transaction,
      projection,
    }: { readonly transaction?: Transaction | undefined; readonly projection?: Document } = {},
  ): Promise<WithId<Doc> | null> => {
    const after = await collection.findOneAndUpdate(filter, update, {
      returnDocument: 'after',
      hint: byId,
      ...(projection === undefined ? {} : { projection }),
      ...(transaction === undefined ? {} : { session: transaction.session }),
    });
    if (after === null) return null;
    const publish = () => publishOwn(filter._id, after.outbox ?? [], eventIds);
    if (transaction === undefined) publish();
    else transaction.afterCommit(publish);
    return after;
  };

  const writeMany = async (
    writes: readonly ({ readonly filter: Filter<Doc> & { readonly _id: string } } & ReturnType<typeof pipeline>)[],
  ): Promise<boolean[]> => {
    const [first] = writes;
    if (first === undefined) return [];
    // One write returns its event itself.
    if (writes.length === 1) return [(await writeOne(first.filter, first, { projection: { outbox: 1 } })) !== null];
    const operations: AnyBulkWriteOperation<Doc>[] = writes.map(({ filter, update }) => ({
      updateOne: { filter, update, hint: byId },
    }));
    const result = await collection.bulkWrite(operations, { ordered: false });
    if (result.modifiedCount === 0) return writes.map(() => false);
    return publishWritten(writes.map(({ filter, eventIds }) => ({ id: filter._id, eventIds })));
  };

  /** Publishes the events that a bulk write has stored; returns for each whether it is there. */
  const publishWritten = async (
    written: readonly { readonly id: string; readonly eventIds: readonly string[] }[],
  ): Promise<boolean[]> => {
    const ids = [...new Set(written.map(({ id }) => id))];
    const documents = await source.collection.find({ _id: { $in: ids } }, { projection: { outbox: 1 } }).toArray();
    const outboxes = new Map(documents.map((document) => [document._id, document.outbox]));
    return written.map(({ id, eventIds }) => publishOwn(id, outboxes.get(id) ?? [], eventIds));
  };

  const republishPage = async (
    { filter, limit, changedAt }: RepublishPage,
    eventOf: (document: Doc) => Event,
  ): Promise<number> => {
    const documents = await source.collection
      .aggregate<Doc & AggregateDocument>([
        { $match: { $and: [filter, { version: { $exists: true } }] } },
        { $sort: { changedAt: 1 } },
        { $limit: limit },
        { $unset: ['outbox', 'creation'] },
      ])
      .toArray();
    if (documents.length === 0) return 0;
    const writes = documents.map((document) => {
      const trace = newTrace({ newId }, `republished-${document._id}`);
      const write = { set: {}, event: eventOf(document), sideEvent: republishWith?.(document, changedAt), trace };
      return { id: document._id, version: document.version, ...pipeline(write, { kind: 'republish', changedAt }) };
    });
    await source.collection.bulkWrite(
      // A document that has changed since publishes its new state anyway.
      writes.map(({ id, version, update }) => ({ updateOne: { filter: { _id: id, version }, update, hint: byId } })),
      { ordered: false },
    );
    await publishWritten(writes);
    return documents.length;
  };

  return {
    collection,

    insert: async (fields, event, trace) => {
      const state = publicFields
        .map(([name, field]) => [name, valueAt(fields, field)] as const)
        .filter(([, value]) => value !== undefined);
      const entry: OutboxEntry = {
        ...header(event, trace),
        version: 0,
        data: { id: fields._id, version: 0, ...Object.fromEntries(state) },
      };
      const document = { ...fields, version: 0, outbox: [entry], changedAt: entry.time };
      await inserts.call(document);
      relay.publish(source, fields._id, document.outbox);
      return document;
    },

    change: async (change) => {
      const written = pipeline(change, { kind: 'change', unset: change.unset });
      const { transaction } = change;
      if (change.whenBacklogged === undefined) return writeOne(change.filter, written, { transaction });
      const backlogged = `outbox.${maxWaitingEvents - 1}`;
      const after = await writeOne({ ...change.filter, [backlogged]: { $exists: false } }, written, { transaction });
      if (after !== null) return after;
      const { _id } = change.filter;
      if ((await source.collection.countDocuments({ _id, [backlogged]: { $exists: true } })) > 0) {
        throw new EventBacklogError();
      }
      return null;
    },
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
