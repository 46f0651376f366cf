import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

type JsonSchema = Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
const schema = z.custom<JsonSchema>(isSchema);

/** Of a stream, `contentSchema` is that of each message. */
const media = z.object({ schema: z.union([z.object({ contentSchema: schema }), schema]).optional() });
const content = z.record(z.string(), media).optional();
const parameter = z.object({ name: z.string(), in: z.enum(['query', 'path', 'header', 'cookie']) });
const documentedResponse = z.union([z.object({ $ref: z.string() }), z.object({ content })]);
const operation = z.object({
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), documentedResponse),
});
const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;
const pathItem = z.object({
  parameters: z.array(parameter).default([]),
  get: operation.optional(),
  put: operation.optional(),
  post: operation.optional(),
  delete: operation.optional(),
  patch: operation.optional(),
});
const document = z.object({
  paths: z.record(z.string(), pathItem),
  components: z
    .object({
      schemas: z.record(z.string(), schema).default({}),
      responses: z.record(z.string(), z.object({ content })).default({}),
    })
    .default({ schemas: {}, responses: {} }),
});

/** One route as a service documents it. */
export interface Operation {
  /** In upper case. */
  readonly method: string;
  /** With `{name}` for its parameters. */
  readonly path: string;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly string[];
  readonly body: JsonSchema | undefined;
  /** Schemas of its responses by status; undefined for a response without a body. */
  readonly responses: ReadonlyMap<number, z.ZodType | undefined>;
}

/** References inside a document, as a JSON Schema has them. */
const localReferences = (text: string): string => text.replaceAll('#/components/schemas/', '#/$defs/');

const schemaOf = (found: z.infer<typeof content>): JsonSchema | undefined => {
  const part = found?.['application/json']?.schema ?? found?.['text/event-stream']?.schema;
  return part !== undefined && 'contentSchema' in part && isSchema(part.contentSchema) ? part.contentSchema : part;
};

/** Every route of a service's `openapi.yaml`. */
export const documentedOperations = async (service: string): Promise<Operation[]> => {
  const file = new URL(`../../../../${service}/openapi.yaml`, import.meta.url);
  const { paths, components } = document.parse(parse(localReferences(await readFile(file, 'utf8'))));
  const $defs = components.schemas;
  const within = (part: JsonSchema | undefined): JsonSchema | undefined =>
    part === undefined ? undefined : { ...part, $defs };

  const responseOf = (response: z.infer<typeof documentedResponse>): z.ZodType | undefined => {
    const found = '$ref' in response ? components.responses[response.$ref.split('/').at(-1) ?? ''] : response;
    const part = within(schemaOf(found?.content));
    return part === undefined ? undefined : z.fromJSONSchema(part);
  };

  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const described = item[method];
      if (described === undefined) return [];
      const parameters = [...item.parameters, ...described.parameters];
      const named = (place: string) => parameters.filter((each) => each.in === place).map(({ name }) => name);
      const body = schemaOf(described.requestBody?.content);
      const reference = body?.$ref?.split('/').at(-1);
      return {
        method: method.toUpperCase(),
        path,
        pathParameters: named('path'),
        queryParameters: named('query'),
        body: within(reference === undefined ? body : $defs[reference]),
        responses: new Map(
          Object.entries(described.responses).map(
            ([status, response]) => [Number(status), responseOf(response)] as const,
          ),
        ),
      };
    }),
  );
};
