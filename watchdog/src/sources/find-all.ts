import type { Collection, Document, Filter } from 'mongodb';
import { z } from 'zod';
import type { Databases } from './databases.ts';
import type { ServiceName } from './services.ts';
import { describeFailure } from './unreadable-error.ts';

/**
 * Stands for a field that a document lacks. An audit trusts no document: no valid one has these values, so that a check
 * reports the document.
 */
export const missing = { number: -1, text: 'missing', time: 0 } as const;

type StoredValue<Type> =
  Type extends z.ZodOptional<infer Inner>
    ? StoredValue<Inner>
    : Type extends z.ZodISODateTime
      ? Date
      : Type extends z.ZodObject<infer Shape>
        ? { readonly [Key in keyof Shape]?: StoredValue<Shape[Key]> }
        : z.output<Type>;

/** The public state of an aggregate as its service stores it: dates as Date, and any field may be missing. */
export type Stored<State extends z.ZodObject> = { readonly _id: string } & {
  readonly [Key in Exclude<keyof State['shape'], 'id'>]?: StoredValue<State['shape'][Key]>;
};

type Value = string | number | boolean | Date;

/** Names of the fields, dotted for those of nested objects and of lists. */
type FieldOf<Doc> = {
  [Key in keyof Doc & string]-?: NonNullable<Doc[Key]> extends Value
    ? Key
    : NonNullable<Doc[Key]> extends readonly (infer Item)[]
      ? Item extends Value
        ? Key
        : `${Key}.${keyof Item & string}`
      : `${Key}.${keyof NonNullable<Doc[Key]> & string}`;
}[keyof Doc & string];

/** A collection in the database of a service. */
interface ServiceCollection<Doc extends Document> {
  readonly service: ServiceName;
  readonly collection: Collection<Doc>;
}

export const collectionOf = <Doc extends Document>(
  databases: Databases,
  service: ServiceName,
  name: string,
): ServiceCollection<Doc> => ({ service, collection: databases.of[service].collection<Doc>(name) });

const greeting = z.object({ localTime: z.date() });

/** The time by which a service decides: that of its database. @throws UnreadableError */
export const readTime = (databases: Databases, service: ServiceName): Promise<number> =>
  describeFailure(`the database of ${service}`, async () =>
    greeting.parse(await databases.of[service].command({ hello: 1 })).localTime.getTime(),
  );

interface Query<Doc> {
  readonly filter?: Filter<Doc>;
  readonly fields: readonly FieldOf<Doc>[];
  /** Ascending. */
  readonly sort?: FieldOf<Doc>;
  readonly limit?: number;
}

/** Documents per round trip: a hundred thousand take some twenty. */
const batchSize = 5_000;

/** Reads the `_id` and these fields of all documents that match. @throws UnreadableError */
export const findAll = <Doc extends Document, Item>(
  { service, collection }: ServiceCollection<Doc>,
  { filter = {}, fields, sort, limit }: Query<Doc>,
  toItem: (document: Doc) => Item,
): Promise<Item[]> =>
  describeFailure(`the database of ${service}`, async () => {
    const cursor = collection
      .find<Doc>(filter, {
        projection: Object.fromEntries(['_id', ...fields].map((field) => [field, 1])),
        ...(sort === undefined ? {} : { sort: { [sort]: 1 as const } }),
        ...(limit === undefined ? {} : { limit }),
      })
      .batchSize(batchSize);
    const items: Item[] = [];
    for await (const document of cursor) items.push(toItem(document));
    return items;
  });
