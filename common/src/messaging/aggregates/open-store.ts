import type { Collection, Filter, WithId } from 'mongodb';
import type { DataOf, Trace } from '../../events/index.ts';
import type { Database } from '../../mongo/index.ts';
import { createAggregateStore, type Expression, type StoredDocument } from './aggregate-store.ts';
import type { Aggregate, AnyEvent } from './define-aggregate.ts';
import type { AggregateDocument } from './outbox.ts';
import type { Relay } from './relay.ts';

type OwnField<Doc> = Exclude<keyof Doc & string, keyof AggregateDocument>;

/** New values of fields: taken literally, or computed by the database; undefined leaves a field unchanged. */
export type NewValues<Doc> = { readonly [Field in OwnField<Doc>]?: Doc[Field] | Expression | undefined };

/** The bound of inference: with other fields too, which `Exactly` then names in the error. */
type AnyValues<Doc> = NewValues<Doc> & Readonly<Record<string, unknown>>;

/** Refuses fields that `Allowed` does not have, also where the compiler does not look for excess ones. */
type Exactly<Given, Allowed> = Given & { readonly [Field in Exclude<keyof Given, keyof Allowed>]: never };

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

export const openStore = <Doc extends StoredDocument, Event extends AnyEvent, SideEvent extends AnyEvent>(
  aggregate: Aggregate<Doc, Event, SideEvent>,
  deps: StoreDeps,
): Store<Doc, Event, SideEvent> => {
  const collection = deps.database.collection<Doc>(aggregate.name);
  const store = createAggregateStore({
    ...deps,
    collection,
    aggregateType: aggregate.type,
    publicState: aggregate.publicState,
  });
  return {
    collection,
    insert: (fields, event, trace) => store.insert(fields, event, trace),
    change: (change) => store.change(change),
    changeMany: (changes) => store.changeMany(changes),
    republish: (changes) => store.changeMany(changes.map((change) => ({ ...change, again: true }))),
    publishSideEvent: ({ data, ...write }) => store.change({ ...write, notice: data }),
  };
};
