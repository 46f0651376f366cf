import { z } from 'zod';

/** The part of OpenAPI's schema language that Stripe's document uses for its objects. */
export interface Schema {
  readonly type?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly $ref?: string | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: unknown;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    nullable: z.boolean().optional(),
    enum: z.array(z.unknown()).optional(),
    $ref: z.string().optional(),
    anyOf: z.array(schema).optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.unknown().optional(),
  }),
);

export const schemas = z.record(z.string(), schema);

export const refName = (given: Schema): string | undefined => given.$ref?.split('/').at(-1);

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

const accepts = (all: Readonly<Record<string, Schema>>, given: Schema, value: unknown): boolean =>
  problemsOf(all, given, value, '').length === 0;

/** How `value` violates the schema, each with its path. */
export const problemsOf = (
  all: Readonly<Record<string, Schema>>,
  given: Schema,
  value: unknown,
  path: string,
): readonly string[] => {
  const name = refName(given);
  if (name !== undefined) {
    const target = all[name];
    return target === undefined ? [`${path}: ${name} is not recorded`] : problemsOf(all, target, value, path);
  }
  if (value === null) return given.nullable === true ? [] : [`${path}: may not be null`];
  if (given.anyOf !== undefined) {
    if (given.anyOf.some((each) => accepts(all, each, value))) return [];
    const closest = given.anyOf
      .map((each) => problemsOf(all, each, value, path))
      .toSorted((a, b) => a.length - b.length);
    return closest[0] ?? [];
  }
  const type = given.type === 'integer' ? 'number' : given.type;
  if (type !== undefined && type !== typeOf(value)) return [`${path}: ${typeOf(value)} instead of ${type}`];
  if (given.enum !== undefined && !given.enum.includes(value))
    return [`${path}: ${JSON.stringify(value)} is not one of its values`];
  if (Array.isArray(value)) {
    const items = given.items ?? {};
    return value.flatMap((each: unknown) => problemsOf(all, items, each, `${path}[]`));
  }
  if (typeof value !== 'object' || given.properties === undefined) return [];
  const properties = given.properties;
  return [
    ...Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return property === undefined
        ? [`${path}.${key}: is unknown`]
        : problemsOf(all, property, member, `${path}.${key}`);
    }),
    ...(given.required ?? []).filter((key) => !Object.hasOwn(value, key)).map((key) => `${path}.${key}: is missing`),
  ];
};
