import { Schema } from 'mongoose';
import type { z } from 'zod';
import type { DataOf, EventDefinition } from '../../events/index.ts';
import {
  toSchema,
  type CollectionUpkeep,
  type Fields,
  type TypedCollection,
  type ValuesOf,
} from '../../mongo/index.ts';
import type { AggregateDocument } from './outbox.ts';

export type AnyEvent = EventDefinition<string, unknown>;

/**
 * One kind of aggregate: its collection, its public state and its events. `state` maps each field of the public state to
 * the document's field; `id` and `version` are always part of it.
 */
export interface Aggregate<Doc, Event extends AnyEvent, SideEvent extends AnyEvent> extends TypedCollection<Doc> {
  readonly type: string;
  readonly publicState: Readonly<Record<string, string>>;
  readonly events: readonly Event[];
  readonly sideEvents: readonly SideEvent[];
  /** The event that a document's current state is republished as; without it, it never is. */
  readonly republishAs: ((document: Doc) => Event) | undefined;
  /** The side event that is republished with the state, if it still matters at that time. */
  readonly republishWith: ((document: Doc, now: Date) => SideEventOf<SideEvent> | undefined) | undefined;
}

/** A side event and its data. */
export type SideEventOf<SideEvent extends AnyEvent> = SideEvent extends AnyEvent
  ? { readonly event: SideEvent; readonly data: DataOf<SideEvent> }
  : never;

const outboxEntry = new Schema(
  {
    id: { type: String, required: true },
    type: { type: String, required: true },
    time: { type: Date, required: true },
  },
  { _id: false },
);

/** For the relay's sweep. */
const unpublished = {
  key: { 'outbox.time': 1 },
  name: 'unpublished',
  partialFilterExpression: { 'outbox.time': { $exists: true } },
} as const;

/** How a value of the public state may be stored: a date as a Date or as text. */
type StoredAs<Type> =
  Type extends z.ZodOptional<infer Inner>
    ? StoredAs<Inner>
    : Type extends z.ZodISODateTime
      ? Date | string
      : Type extends z.ZodObject<infer Shape>
        ? {
            readonly [Key in keyof Shape as Shape[Key] extends z.ZodOptional ? never : Key]: StoredAs<Shape[Key]>;
          } & {
            readonly [Key in keyof Shape as Shape[Key] extends z.ZodOptional ? Key : never]?: StoredAs<Shape[Key]>;
          }
        : Type extends z.ZodArray<infer Item>
          ? readonly StoredAs<Item>[]
          : z.output<Type>;

type NameIn<Renamed, Key> = Key extends keyof Renamed ? Renamed[Key] : Key;

/** The type of a document's field, or of a field in it (`order.sellerId`); never if there is none. */
type FieldOf<Doc, Path> = Path extends keyof Doc
  ? Doc[Path]
  : Path extends `${infer Field}.${infer Rest}`
    ? Field extends keyof Doc
      ? FieldOf<NonNullable<Doc[Field]>, Rest> | Extract<Doc[Field], undefined>
      : never
    : never;

/** What is wrong with the public state, as text that the compiler shows; never when nothing is. */
type PublicStateProblem<Shape, Doc, Renamed, Outbox> = {
  [Key in Exclude<keyof Shape, 'id' | 'version'> & string]: [
    Exclude<FieldOf<Doc, NameIn<Renamed, Key>>, undefined>,
  ] extends [never]
    ? `${Key} is no field of the document`
    : Exclude<FieldOf<Doc, NameIn<Renamed, Key>>, undefined> extends StoredAs<Shape[Key]>
      ? Outbox extends 'later'
        ? never
        : undefined extends FieldOf<Doc, NameIn<Renamed, Key>>
          ? Shape[Key] extends z.ZodOptional
            ? never
            : `${Key} may be absent from the document`
          : never
      : `${Key} is stored with another type`;
}[Exclude<keyof Shape, 'id' | 'version'> & string];

type DocumentWith<Definition, Outbox> = Outbox extends 'later'
  ? { readonly _id: string } & Partial<Omit<AggregateDocument, '_id'>> & ValuesOf<Definition>
  : AggregateDocument & ValuesOf<Definition>;

/**
 * Defines an aggregate once: from it follow the type of its documents, its validator, its indexes (the outbox's too), the
 * public state that its events carry, and which events it publishes.
 */
export const defineAggregate = <
  const Definition extends Fields,
  Shape extends z.ZodRawShape,
  Event extends EventDefinition<string, z.output<z.ZodObject<Shape>>>,
  SideEvent extends AnyEvent = never,
  const Renamed extends Readonly<Record<string, string>> = { readonly id: '_id' },
  const Outbox extends 'always' | 'later' = 'always',
>(
  definition: CollectionUpkeep & {
    /** The part of its events' names before the dot. */
    readonly type: string;
    readonly collection: string;
    /** Beside `_id`, `version` and `outbox`. */
    readonly fields: Definition;
    /** The public state that every event carries. */
    readonly state: z.ZodObject<Shape>;
    /** Field of the public state → the document's field, or a field in it (`order.sellerId`), where the names differ. */
    readonly publicFields?: Renamed;
    readonly events: readonly Event[];
    /** Events with data of their own, which leave the version unchanged. */
    readonly sideEvents?: readonly SideEvent[];
    /**
     * The event that carries a document's current state when the broker has lost it, or when copies are filled again.
     * Without it the aggregate is not republished: for those whose events are repeated anyway.
     */
    readonly republishAs?: (document: DocumentWith<Definition, Outbox>) => NoInfer<Event>;
    /** A side event that others may have missed together with the state, made from the document again. */
    readonly republishWith?: (
      document: DocumentWith<Definition, Outbox>,
      now: Date,
    ) => SideEventOf<NoInfer<SideEvent>> | undefined;
    /** 'later': documents are stored before the aggregate begins; `version` and `outbox` come with its first event. */
    readonly outbox?: Outbox;
  } & ([PublicStateProblem<Shape, DocumentWith<Definition, Outbox>, Renamed, Outbox>] extends [never]
      ? unknown
      : { readonly state: PublicStateProblem<Shape, DocumentWith<Definition, Outbox>, Renamed, Outbox> }),
): Aggregate<DocumentWith<Definition, Outbox>, Event, SideEvent> => {
  const { type, collection, fields, indexes = [], renames = {}, retiredIndexes = [] } = definition;
  const { events, sideEvents = [] } = definition;
  const isLater = definition.outbox === 'later';
  const schema = toSchema(
    {
      _id: { type: String, required: true },
      changedAt: { type: Date },
      outbox: { type: [outboxEntry], ...(isLater ? { default: undefined } : { required: true }) },
      ...fields,
    },
    { versionKey: 'version' },
  );
  const publicNames = Object.keys(definition.state.shape).filter((name) => name !== 'id' && name !== 'version');
  const renamed = new Map(Object.entries<string>(definition.publicFields ?? {}));
  const publicState = Object.fromEntries(publicNames.map((name) => [name, renamed.get(name) ?? name]));
  return {
    type,
    name: collection,
    schema,
    // The second for republishing what has changed since a given time.
    indexes: [...indexes, unpublished, { key: { changedAt: 1 } }],
    renames,
    // Held a key for each document, so that every event changed it twice.
    retiredIndexes: [...retiredIndexes, 'outbox.time_1'],
    publicState,
    events,
    sideEvents,
    republishAs: definition.republishAs,
    republishWith: definition.republishWith,
  };
};
