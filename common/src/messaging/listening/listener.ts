import type { EventDefinition, EventMessage } from '../../events/index.ts';

/** What became of one delivered event. A throw means: try again, with back-off. */
export type Verdict =
  /** Done, or nothing to do: older than what is known, a duplicate, no business of ours. */
  | { readonly kind: 'done' }
  /** Not yet: deliver again after `delayMs`. Counts as no failure. */
  | { readonly kind: 'later'; readonly delayMs: number }
  /** Could not be processed: deliver again with back-off, a few times, then set aside. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** Will never be processable: set aside at once. */
  | { readonly kind: 'reject'; readonly reason: string };

export const done: Verdict = { kind: 'done' };
export const later = (delayMs: number): Verdict => ({ kind: 'later', delayMs });
export const retry = (reason: string): Verdict => ({ kind: 'retry', reason });
export const reject = (reason: string): Verdict => ({ kind: 'reject', reason });

/** What was thrown, in words. */
export const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** A message's body; undefined, which is no event, when it is no JSON. */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** What is done with one event's messages: their subject, how many at once, and the handler. */
export interface Listener {
  readonly subject: string;
  readonly maxBatch: number;
  readonly concurrency: number;
  /** `bodies` are parsed JSON; answers one verdict for each. */
  handle(bodies: readonly unknown[]): Promise<readonly Verdict[]>;
}

const parsing = <Type extends string, Data>(
  definition: EventDefinition<Type, Data>,
  handle: (events: readonly EventMessage<Type, Data>[]) => Promise<readonly Verdict[]>,
): Listener['handle'] => {
  return async (bodies) => {
    const verdicts = new Map<number, Verdict>();
    const events: EventMessage<Type, Data>[] = [];
    const places: number[] = [];
    bodies.forEach((body, index) => {
      try {
        events.push(definition.parse(body));
        places.push(index);
      } catch (error) {
        verdicts.set(
          index,
          reject(`not a ${definition.type}: ${error instanceof Error ? error.message : String(error)}`),
        );
      }
    });
    const handled = events.length === 0 ? [] : await handle(events);
    places.forEach((place, index) => verdicts.set(place, handled[index] ?? retry('the listener gave no verdict')));
    return bodies.map((_, index) => verdicts.get(index) ?? retry('the listener gave no verdict'));
  };
};

/** A listener that handles each event by itself, up to `concurrency` at once. */
export const listener = <Type extends string, Data>(
  definition: EventDefinition<Type, Data>,
  handle: (event: EventMessage<Type, Data>) => Promise<Verdict>,
  options: { readonly concurrency?: number } = {},
): Listener => ({
  subject: definition.type,
  maxBatch: 1,
  concurrency: options.concurrency ?? 16,
  handle: parsing(definition, (events) => Promise.all(events.map(handle))),
});

/**
 * A listener that takes what has arrived as one batch: one verdict for all or one for each. If it throws, the runner
 * repeats it event by event, so that one bad event delays nobody.
 */
export const batchListener = <Type extends string, Data>(
  definition: EventDefinition<Type, Data>,
  handle: (events: readonly EventMessage<Type, Data>[]) => Promise<Verdict | readonly Verdict[]>,
): Listener => ({
  subject: definition.type,
  maxBatch: 100,
  concurrency: 1,
  handle: parsing(definition, async (events) => {
    const verdict = await handle(events);
    return 'kind' in verdict ? events.map(() => verdict) : verdict;
  }),
});
