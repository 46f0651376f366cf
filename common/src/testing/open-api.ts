import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import { errorsShape } from '../errors/index.ts';
import type { RoutedEndpoint } from '../http/index.ts';

/** A route as far as OpenAPI describes it. */
export type DescribedRoute = Omit<RoutedEndpoint<never>, 'register'>;

type Schema = z.core.$ZodType;
type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * A part of a JSON Schema without what zod adds: ids, patterns beside formats and integers, limits that every integer
 * has, `anyOf` for null.
 */
const simplify = (_key: string, part: unknown): unknown => {
  if (!isSchema(part)) return part;
  const { id, pattern, maximum, minimum, anyOf, ...rest } = part;
  const [inner, none] = anyOf ?? [];
  if (isSchema(inner) && inner.type !== undefined && isSchema(none) && none.type === 'null') {
    const values = inner.enum === undefined ? {} : { enum: [...inner.enum, null] };
    return { ...rest, ...inner, ...values, type: [inner.type, 'null'] };
  }
  return {
    ...(typeof id === 'string' ? {} : { id }),
    ...rest,
    ...(typeof rest.format === 'string' || rest.type === 'integer' ? {} : { pattern }),
    ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    // A number in a query begins as a text, and so does its default.
    ...(rest.type === 'integer' && rest.default !== undefined ? { default: Number(rest.default) } : {}),
    ...(anyOf === undefined ? {} : { anyOf }),
  };
};

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const jsonSchemas = z.object({ properties: z.record(z.string(), z.unknown()), $defs: z.unknown() });

/** The schemas as JSON Schema: those with an `id` become components, to which the others refer. */
const toJsonSchemas = (schemas: readonly Schema[]) => {
  const keys = new Map([...new Set(schemas)].map((schema, index) => [schema, String(index)] as const));
  const all = z.object(Object.fromEntries([...keys].map(([schema, key]) => [key, schema])));
  const text = JSON.stringify(z.toJSONSchema(all, { io: 'input' }));
  const { properties, $defs } = jsonSchemas.parse(JSON.parse(text, simplify));
  return { components: $defs, of: (schema: Schema) => properties[keys.get(schema) ?? ''] };
};

const parametersOf = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

const queryOf = ({ query }: DescribedRoute['shape']): [string, Schema][] => Object.entries(query?.shape ?? {});

const isOptional = (schema: Schema): boolean => z.safeParse(schema, undefined).success;

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Requests of one account with the same key and body are done once, and get the same answer for a day',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
};

/** Statuses of a route's errors: its own, and those of its method, path, body, session, limit and database. */
const errorStatuses = ({ shape, path, isSignedIn }: DescribedRoute): number[] => {
  const hasInput = shape.body !== undefined || shape.query !== undefined || path.includes(':');
  const statuses = [
    ...(shape.errors ?? []),
    ...(hasInput ? [400] : []),
    ...(shape.isIdempotent === true ? [422] : []),
    ...(isSignedIn ? [401] : []),
    ...(shape.body === undefined && shape.upload === undefined ? [] : [413, 415]),
    403,
    429,
    503,
  ];
  return [...new Set(statuses)].toSorted((one, other) => one - other);
};

const callers = {
  anyone: [],
  user: [{ session: [] }],
  'anyone-or-user': [{}, { session: [] }],
  stripe: [{ stripe: [] }],
};
const session = { type: 'apiKey', in: 'cookie', name: 'session' };
const stripe = { type: 'apiKey', in: 'header', name: 'Stripe-Signature' };

const files = (types: readonly string[]) => ({ content: Object.fromEntries(types.map((type) => [type, {}])) });

/** The OpenAPI document of a service's routes, as `openapi.yaml` in its folder must have it. */
export const toOpenApi = async (service: URL, routes: readonly DescribedRoute[]): Promise<string> => {
  const manifest = z
    .object({ name: z.string(), version: z.string(), description: z.string() })
    .parse(JSON.parse(await readFile(new URL('package.json', service), 'utf8')));
  const seconds = z.int().min(1).meta({ description: 'Seconds' });
  const { components, of } = toJsonSchemas([
    errorsShape,
    seconds,
    ...routes.flatMap(({ shape }) => [
      ...queryOf(shape).map(([, schema]) => schema),
      ...Object.values(shape.response.headers ?? {}),
      ...Object.values(shape.otherResponses ?? {}).map(({ body }) => body),
      ...[shape.body, shape.response.body].filter((schema) => schema !== undefined),
    ]),
  ]);
  /** Server-Sent Events, whose data are JSON. */
  const stream = (schema: Schema) => ({
    content: {
      'text/event-stream': {
        schema: { type: 'string', contentMediaType: 'application/json', contentSchema: of(schema) },
      },
    },
  });
  const content = (schema: Schema | undefined, alternative?: string) =>
    schema === undefined
      ? {}
      : {
          content: {
            'application/json': { schema: of(schema) },
            ...(alternative === undefined ? {} : { [alternative]: { schema: { type: 'string' } } }),
          },
        };
  const headers = (all: Readonly<Record<string, Schema>> | undefined) =>
    all === undefined
      ? {}
      : { headers: Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, { schema: of(schema) }])) };

  const operation = (route: DescribedRoute) => {
    const { shape, path, isSignedIn } = route;
    const parameters = [
      ...parametersOf(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...queryOf(shape).map(([name, schema]) => ({ name, in: 'query', schema: of(schema) })),
      ...(shape.isIdempotent === true ? [idempotencyKey] : []),
    ];
    return {
      operationId: shape.name,
      ...(shape.description === undefined ? {} : { description: shape.description }),
      security: callers[isSignedIn ? 'user' : (shape.caller ?? 'anyone')],
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(shape.body === undefined
        ? {}
        : { requestBody: { required: !isOptional(shape.body), ...content(shape.body) } }),
      ...(shape.upload === undefined ? {} : { requestBody: { required: true, ...files(shape.upload.types) } }),
      responses: {
        [shape.response.status ?? 200]: {
          description: shape.response.description,
          ...headers(shape.response.headers),
          ...(shape.response.body !== undefined && shape.response.isStream === true
            ? stream(shape.response.body)
            : content(shape.response.body, shape.response.alternative)),
          ...(shape.response.file === undefined ? {} : files([shape.response.file].flat())),
        },
        ...Object.fromEntries(
          Object.entries(shape.otherResponses ?? {}).map(([status, { description, body }]) => [
            status,
            { description, ...content(body) },
          ]),
        ),
        ...Object.fromEntries(
          errorStatuses(route).map((status) => [
            status,
            { $ref: `#/components/responses/${status === 429 || status === 503 ? 'RetryLater' : 'Error'}` },
          ]),
        ),
      },
    };
  };

  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: manifest.name.replace('@ticketing/', ''),
      version: manifest.version,
      description: manifest.description,
    },
    paths,
    ...(routes.length === 0
      ? {}
      : {
          components: {
            securitySchemes: routes.some(({ shape }) => shape.caller === 'stripe') ? { session, stripe } : { session },
            responses: {
              Error: { description: 'Why the request was refused', ...content(errorsShape) },
              RetryLater: {
                description: 'Refused temporarily; Retry-After is the number of seconds to wait',
                ...headers({ 'Retry-After': seconds }),
                ...content(errorsShape),
              },
            },
            schemas: components,
          },
        }),
  };
  const text = stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true });
  return `# Written by \`npm run openapi\` from the routes in src/app.ts.\n${text.replaceAll('#/$defs/', '#/components/schemas/')}`;
};
