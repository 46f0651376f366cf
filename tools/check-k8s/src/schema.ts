import { z } from 'zod';

/** As in Kubernetes' OpenAPI document, cut down to what tells whether an object is right. */
const definition = z.looseObject({
  type: z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean']).optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  required: z.array(z.string()).default([]),
  $ref: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
});

export const schemaFile = z.object({
  kinds: z.record(z.string(), z.string()),
  definitions: z.record(z.string(), z.unknown()),
});
export type SchemaFile = z.infer<typeof schemaFile>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
};

const problemsOf = (file: SchemaFile, raw: unknown, value: unknown, at: string): string[] => {
  const { $ref, type, format, required, properties, items, additionalProperties, ...rest } = definition.parse(raw);
  // Quantities and ports may be written either way.
  if ($ref?.endsWith('resource.Quantity') === true)
    return ['string', 'integer', 'number'].includes(typeOf(value)) ? [] : [`${at}: no quantity`];
  if (format === 'int-or-string')
    return ['string', 'integer'].includes(typeOf(value)) ? [] : [`${at}: no number and no name`];
  if ($ref !== undefined) {
    const target = file.definitions[$ref];
    return target === undefined ? [`${at}: the schema lacks ${$ref}`] : problemsOf(file, target, value, at);
  }
  if (rest.enum !== undefined && !rest.enum.some((word) => word === value))
    return [`${at}: ${String(value)} is none of ${rest.enum.join(', ')}`];
  if (type === undefined) return [];
  const found = typeOf(value);
  if (found !== type && !(type === 'number' && found === 'integer')) return [`${at}: is ${found}, not ${type}`];
  if (Array.isArray(value))
    return value.flatMap((item, index) => problemsOf(file, items ?? {}, item, `${at}[${index}]`));
  if (!isRecord(value)) return [];
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${at}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = properties?.[name] ?? additionalProperties;
      if (known !== undefined) return problemsOf(file, known, inner, `${at}.${name}`);
      // A definition without any properties takes everything.
      return properties === undefined ? [] : [`${at}.${name}: is no field of it`];
    }),
  ];
};

/** What is wrong with an object: fields that there are none of, types that differ, fields that are missing. */
export const schemaProblems = (
  file: SchemaFile,
  manifest: { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } },
): string[] => {
  const at = `${manifest.kind} ${manifest.metadata.name}`;
  const name = file.kinds[`${manifest.apiVersion} ${manifest.kind}`];
  if (name === undefined) return [`${at}: ${manifest.apiVersion} has no such kind, or it is not in infra/k8s/schemas`];
  return problemsOf(file, { $ref: name }, manifest, at);
};
