import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UnknownValueError, type EventDefinition, type EventMessage } from '../../events/index.ts';

/** The result of handling one delivered event, with what it is at NATS. A throw is `retry`. */
export type Verdict =
  /** Ack: handled, or there was nothing to do (older than what is known, a duplicate, irrelevant here). */
  | { readonly kind: 'done' }
  /** Nak with this delay: too early. Not counted as a failure. */
  | { readonly kind: 'later'; readonly delayMs: number }
  /** Nak with back-off, the delay growing with each failure; after `maxFailures` a dead letter, then ack. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** Dead letter at once, then ack: the message can never be handled. */
  | { readonly kind: 'reject'; readonly reason: string }
  /** Parked, then ack: a replica of a newer version can handle it. */
  | { readonly kind: 'park'; readonly reason: string };

export const done: Verdict = { kind: 'done' };
export const later = (delayMs: number): Verdict => ({ kind: 'later', delayMs });
export const retry = (reason: string): Verdict => ({ kind: 'retry', reason });
export const reject = (reason: string): Verdict => ({ kind: 'reject', reason });
const park = (reason: string): Verdict => ({ kind: 'park', reason });

/** The delay after a failure of the database, which says nothing about the message. */
export const unreachableRetryMs = 1_000;

/** A thrown value as text. */
export const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** The parsed body of a message; undefined when it is not JSON. */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** A subscription to one event: its subject, how many messages are handled at once, and the handler. */
export interface Listener {
  readonly subject: string;
  /** Hash of the event and its schema: the same in two versions of a service only if they know the same values. */
  readonly fingerprint: string;
  readonly maxBatch: number;
  readonly concurrency: number;
  /** As `SubscriptionOptions` has it. */
  readonly lingerMs?: number;
  /** `bodies` are parsed JSON; returns one verdict for each. */
  handle(bodies: readonly unknown[]): Promise<readonly Verdict[]>;
}

const fingerprintOf = (type: string, schema: z.ZodType): string =>
  createHash('sha256')
    .update(JSON.stringify([type, z.toJSONSchema(schema)]))
    .digest('base64url');

const refuse = (type: string, error: unknown): Verdict =>
  error instanceof UnknownValueError
    ? park(`unknown value: ${error.message}`)
    : reject(`not a ${type}: ${error instanceof Error ? error.message : String(error)}`);

/**
 * A listener whose handler has the parsed events. A malformed message is rejected without reaching it, and one with values
 * that this version does not know is parked.
 */
export const createListener = <Type extends string, Data>(
  definition: EventDefinition<Type, Data>,
  options: Pick<Listener, 'maxBatch' | 'concurrency' | 'lingerMs'>,
  handle: (events: readonly EventMessage<Type, Data>[]) => Promise<readonly Verdict[]>,
): Listener => ({
  subject: definition.type,
  fingerprint: fingerprintOf(definition.type, definition.schema),
  ...options,
  handle: async (bodies) => {
    const verdicts = new Map<number, Verdict>();
    const events: EventMessage<Type, Data>[] = [];
    const positions: number[] = [];
    bodies.forEach((body, index) => {
      try {
        events.push(definition.parse(body));
        positions.push(index);
      } catch (error) {
        verdicts.set(index, refuse(definition.type, error));
      }
    });
    const handled = events.length === 0 ? [] : await handle(events);
    positions.forEach((position, index) =>
      verdicts.set(position, handled[index] ?? retry('the listener gave no verdict')),
    );
    return bodies.map((_, index) => verdicts.get(index) ?? retry('the listener gave no verdict'));
  },
});
