import type { Binary } from 'mongodb';
import { Schema } from 'mongoose';
import type { z } from 'zod';
import type { CollectionDefinition, CollectionUpkeep } from './prepare-collections.ts';

type ScalarType = StringConstructor | NumberConstructor | BooleanConstructor | DateConstructor;

interface ScalarField {
  readonly type: ScalarType;
  readonly required?: boolean;
  readonly enum?: readonly string[];
}

/** A field whose value has the type `Value`; `of` exists for the compiler only. */
interface TypedField<Value> {
  readonly type: object;
  readonly required?: boolean;
  readonly of?: Value;
}

/** Fields as mongoose defines them; an object without `type` holds nested fields. */
export interface Fields {
  readonly [field: string]: ScalarField | TypedField<unknown> | Fields;
}

type Flat<T> = { readonly [Key in keyof T]: T[Key] };

type Value<Field> = Field extends { readonly enum: readonly (infer Word)[] }
  ? Word
  : Field extends { readonly type: StringConstructor }
    ? string
    : Field extends { readonly type: NumberConstructor }
      ? number
      : Field extends { readonly type: BooleanConstructor }
        ? boolean
        : Field extends { readonly type: DateConstructor }
          ? Date
          : Field extends { readonly type: object; readonly of?: infer Given }
            ? Given
            : ValuesOf<Field>;

type OptionalKeys<Definition> = {
  [Key in keyof Definition]: Definition[Key] extends { readonly required: true }
    ? never
    : Definition[Key] extends { readonly type: unknown }
      ? Key
      : never;
}[keyof Definition];

/** The stored values of these fields: those without `required` may be absent. */
export type ValuesOf<Definition> = Flat<
  { [Key in Exclude<keyof Definition, OptionalKeys<Definition>>]: Value<Definition[Key]> } & {
    [Key in OptionalKeys<Definition>]?: Value<Definition[Key]>;
  }
>;

/** A field that holds a copy of another service's state. */
export const copyOf = <State>(_state: z.ZodType<State>): { readonly type: object; readonly of?: State } => ({
  type: Schema.Types.Mixed,
});

/** A field that holds an object which is stored and removed as a whole. */
export const objectOf = <const Definition extends Fields>(
  fields: Definition,
): { readonly type: object; readonly of?: ValuesOf<Definition> } => ({ type: toSchema(fields, { _id: false }) });

/** A field that holds a list of objects. */
export const listOf = <const Definition extends Fields>(
  fields: Definition,
): { readonly type: object; readonly of?: readonly ValuesOf<Definition>[] } => ({
  type: [toSchema(fields, { _id: false })],
});

/** A field that holds a list of texts. */
export const listOfTexts: { readonly type: object; readonly of?: readonly string[] } = { type: [String] };

/** A field that holds bytes. */
export const bytes: { readonly type: object; readonly of?: Binary } = { type: Schema.Types.Buffer };

/** A collection and, for the compiler only, the type of its documents. */
export interface TypedCollection<Doc> extends CollectionDefinition {
  readonly document?: Doc;
}

/** The type of a collection's documents. */
export type DocumentOf<Collection> = Collection extends TypedCollection<infer Doc> ? Doc : never;

/** The mongoose schema of these fields, whose own inference of types is not used. */
export const toSchema = (
  fields: object,
  options: { readonly _id?: false; readonly versionKey?: false | string },
): Schema => new Schema(Object.fromEntries(Object.entries(fields)), options);

/** Defines a collection once: from it follow the type of its documents, its validator and its indexes. `_id` is a string. */
export const defineCollection = <const Definition extends Fields>({
  fields,
  ...collection
}: CollectionUpkeep & {
  readonly name: string;
  readonly fields: Definition;
}): TypedCollection<{ readonly _id: string } & ValuesOf<Definition>> => ({
  ...collection,
  schema: toSchema({ _id: { type: String, required: true }, ...fields }, { versionKey: false }),
});
