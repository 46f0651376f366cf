import { Ajv, type ErrorObject } from 'ajv';
import { required } from '@ticketing/launcher/required';
import { z } from 'zod';

const definition = z.record(z.string(), z.unknown());
type Definition = Readonly<z.infer<typeof definition>>;

/** Definitions of Kubernetes' OpenAPI document, and which of them describes a kind (`apps/v1 Deployment`). */
export const schemaFile = z.object({
  kinds: z.record(z.string(), z.string()),
  definitions: z.record(z.string(), definition),
});
export type SchemaFile = z.infer<typeof schemaFile>;

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Types that OpenAPI calls strings, but that manifests may write as numbers. */
const numberOrString = { type: ['string', 'integer'] };
const quantity = { type: ['string', 'number'] };

/** A definition in which an object with properties allows no others, as the API server's strict validation does. */
const strict = (schema: Definition): Definition => {
  if (schema['format'] === 'int-or-string') return numberOrString;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, isDefinition(value) ? strict(value) : value]),
  );
  return schema['properties'] !== undefined && schema['additionalProperties'] === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
};

const describe = ({ instancePath, keyword, message, params }: ErrorObject): string => {
  switch (keyword) {
    case 'required':
      return `${instancePath}/${params['missingProperty']} is missing`;
    case 'additionalProperties':
      return `${instancePath}/${params['additionalProperty']} is not a known field`;
    case 'enum':
      return `${instancePath} must be one of ${params['allowedValues']}`;
    default:
      return `${instancePath} ${message}`;
  }
};

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Finds what is wrong with an object: unknown fields, wrong types, missing fields. */
export const createSchemaCheck = ({ kinds, definitions }: SchemaFile): ((manifest: KubernetesObject) => string[]) => {
  // Formats such as int32 say how a value is stored, not what it may be.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  for (const [name, schema] of Object.entries(definitions))
    ajv.addSchema(name.endsWith('resource.Quantity') ? quantity : strict(schema), name);
  return (manifest) => {
    const at = `${manifest.kind} ${manifest.metadata.name}`;
    const name = kinds[`${manifest.apiVersion} ${manifest.kind}`];
    if (name === undefined)
      return [`${at}: infra/k8s/schemas has no schema of ${manifest.apiVersion} ${manifest.kind}`];
    const validate = required(ajv.getSchema(name), `schema ${name}`);
    return validate(manifest) === true ? [] : (validate.errors ?? []).map((error) => `${at}: ${describe(error)}`);
  };
};
