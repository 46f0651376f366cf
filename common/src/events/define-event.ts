import { z } from 'zod';
import { hasOnlyUnknownValues, UnknownValueError } from './unknown-values.ts';

/** Identifies the request that caused a change; every event that follows from the change carries it. */
export interface Trace {
  /** Id of the request that started the trace; the same on every event that follows from it. */
  readonly correlationId: string;
  /** W3C trace id (32 hex digits). */
  readonly traceId: string;
}

/** The trace of a change that no request has caused. */
export const newTrace = ({ newId }: { readonly newId: () => string }, correlationId: string): Trace => ({
  correlationId,
  traceId: newId().padStart(32, '0'),
});

const envelope = z.object({
  /** Unique per event; also the broker's deduplication id. */
  id: z.string().min(1),
  type: z.string().min(1),
  schemaVersion: z.number().int().min(1),
  time: z.iso.datetime(),
  aggregate: z.object({ type: z.string().min(1), id: z.string().min(1), version: z.number().int().min(0) }),
  correlationId: z.string(),
  traceId: z.string(),
  data: z.unknown(),
});

/** An event on the bus; `data` is the whole public state of the aggregate, money in integer minor units. */
export interface EventMessage<Type extends string = string, Data = unknown> {
  readonly id: string;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly time: string;
  readonly aggregate: { readonly type: string; readonly id: string; readonly version: number };
  readonly correlationId: string;
  readonly traceId: string;
  readonly data: Data;
}

/** The definition of one event: its subject on the bus, and the one schema from which its type is inferred. */
export interface EventDefinition<Type extends string, Data> {
  readonly type: Type;
  readonly aggregateType: string;
  readonly schemaVersion: number;
  /** Of `data`. */
  readonly schema: z.ZodType;
  /** @throws UnknownValueError when only a newer version can know all values, else ZodError when the message is not this event. */
  parse(raw: unknown): EventMessage<Type, Data>;
}

export type DataOf<Definition> = Definition extends EventDefinition<string, infer Data> ? Data : never;

/**
 * Defines an event. Its type is its subject; the part before the dot is the type of its aggregate, unless `aggregateType`
 * is given. Unknown keys of `data` are kept, so that local copies have the fields of a newer producer once this service knows
 * them too. The schema checks and never transforms.
 */
export const defineEvent = <const Type extends string, Schema extends z.ZodType>(
  type: Type,
  data: Schema & (z.input<Schema> extends z.output<Schema> ? unknown : never),
  options: { readonly aggregateType?: string } = {},
): EventDefinition<Type, z.output<Schema>> => {
  function check(value: unknown): asserts value is z.output<Schema> {
    const { error } = data.safeParse(value);
    if (error === undefined) return;
    throw hasOnlyUnknownValues(error, value) ? new UnknownValueError(error) : error;
  }
  return {
    type,
    aggregateType: options.aggregateType ?? type.slice(0, type.indexOf('.')),
    schemaVersion: 1,
    schema: data,
    parse: (raw) => {
      const { type: found, ...head } = envelope.parse(raw);
      if (found !== type) throw new TypeError(`expected ${type}, found ${found}`);
      check(head.data);
      return { ...head, type, data: head.data };
    },
  };
};
