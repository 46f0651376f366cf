import type { Collection, Document, Filter, WithId } from 'mongodb';
import { ServiceUnavailableError } from '../../errors/index.ts';
import type { DataOf, Trace } from '../../events/index.ts';
import type { Database, Transaction } from '../../mongo/index.ts';
import type { AnyEvent, SideEventOf } from './define-aggregate.ts';
import type { AggregateDocument, OutboxEntry } from './outbox.ts';
import type { Relay } from './relay.ts';

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
export interface StoredDocument {
  readonly _id: string;
  readonly outbox?: readonly OutboxEntry[];
}

type OwnField<Doc> = Exclude<keyof Doc & string, keyof AggregateDocument>;

/** New values of fields: taken literally, or computed by the database; undefined leaves a field unchanged. */
export type NewValues<Doc> = { readonly [Field in OwnField<Doc>]?: Doc[Field] | Expression | undefined };

/** The bound of inference: with other fields too, which `Exactly` then names in the error. */
export type AnyValues<Doc> = NewValues<Doc> & Readonly<Record<string, unknown>>;

/** Refuses fields that `Allowed` does not have, also where the compiler does not look for excess ones. */
type Exactly<Given, Allowed> = Partial<Given> & { readonly [Field in Exclude<keyof Given, keyof Allowed>]: never };

export interface Write<Doc, Set extends AnyValues<Doc>> {
  /** The condition under which the document is written; `_id` is part of it. */
  readonly filter: Filter<Doc> & { readonly _id: string };
  readonly set: Exactly<Set, NewValues<Doc>>;
  readonly trace: Trace;
}

export interface Change<
  Doc,
  Event,
  Set extends AnyValues<Doc> = NewValues<Doc>,
  SideEvent extends AnyEvent = never,
> extends Write<Doc, Set> {
  readonly unset?: readonly OwnField<Doc>[];
  readonly event: Event;
  /** Published after `event`. */
  readonly sideEvent?: SideEventOf<SideEvent> | undefined;
  /** Of which the change is a part: its event is published once that is committed. */
  readonly transaction?: Transaction;
  /** Refuses the change while `maxWaitingEvents` of the aggregate wait to be published: for what a user can ask for again. */
  readonly whenBacklogged?: 'refuse';
}

/** Events of one aggregate that may wait to be published before changes are refused. */
export const maxWaitingEvents = 50;

/** 503: the broker has not taken the aggregate's earlier events yet. Nothing was written. */
export class EventBacklogError extends ServiceUnavailableError {
  constructor() {
    super('Too many changes wait to be published, please try again');
  }
}

/**
 * Writes aggregates. Every write stores its event in the same document, so neither exists without the other; except for
 * side events, it carries the public state as the write left it. A change may store a side event too.
 */
export interface Store<Doc extends StoredDocument, Event extends AnyEvent, SideEvent extends AnyEvent> {
  /** For reading, and for writing what is not public. */
  readonly collection: Collection<Doc>;
  /**
   * Inserts that are called together share a round trip.
   * @throws an error that `isDuplicateKey` recognises when a unique index refuses; a read then shows what has refused it.
   */
  insert<Given extends Omit<Doc, 'version' | 'outbox'>>(
    fields: Given & { readonly [Field in Exclude<keyof Given, keyof Doc>]: never },
    event: Event,
    trace: Trace,
  ): Promise<Given & AggregateDocument>;
  /**
   * One conditional write. Returns the document after it, or null when the condition did not hold.
   * @throws EventBacklogError for a change that is refused `whenBacklogged`.
   */
  change<Set extends AnyValues<Doc>>(change: Change<Doc, Event, Set, SideEvent>): Promise<WithId<Doc> | null>;
  /** Many conditional writes in two round trips, one in one; returns for each whether its condition held. */
  changeMany<Set extends AnyValues<Doc>>(
    changes: readonly Omit<Change<Doc, Event, Set>, 'transaction'>[],
  ): Promise<boolean[]>;
  /** Publishes current states under new event ids, versions unchanged, for receivers that missed them; may set fields that are not public. */
  republish<Set extends AnyValues<Doc>>(
    changes: readonly Omit<Change<Doc, Event, Set>, 'unset' | 'transaction'>[],
  ): Promise<boolean[]>;
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
