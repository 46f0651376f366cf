import type { EventDefinition, EventMessage, Trace } from '../../events/index.ts';
import { createListener, done, later, retry, type Listener, type Verdict } from './listener.ts';

/** An event as a command receives it. */
export interface Received<State> {
  /** The event's data: the public state of its aggregate, or a side event's own data. */
  readonly state: State;
  readonly time: Date;
  readonly trace: Trace;
}

/** What a command returns for one event; the runner turns it into a verdict. */
export type Outcome =
  | 'done'
  /** Too early: handle it again after this time. Not a failure. */
  | { readonly retryAfterMs: number }
  /** Could not be handled, with the reason: handle it again with back-off; after several failures it is a dead letter. */
  | { readonly failed: string };

const toReceived = <State>(event: EventMessage<string, State>): Received<State> => ({
  state: event.data,
  time: new Date(event.time),
  trace: { correlationId: event.correlationId, traceId: event.traceId },
});

const toVerdict = (outcome: Outcome): Verdict => {
  if (outcome === 'done') return done;
  return 'failed' in outcome ? retry(outcome.failed) : later(outcome.retryAfterMs);
};

/**
 * Subscribes a command that handles what has arrived as one batch. It returns nothing when all are done, else one
 * outcome for each event. If it throws, the runner repeats it event by event, so one bad event does not delay the others.
 * With `lingerMs`, a batch is what has arrived within this time: for effects that nobody waits for. Batches are handled one
 * after the other unless `concurrency` says otherwise.
 */
export const on = <Type extends string, State>(
  definition: EventDefinition<Type, State>,
  command: (events: readonly Received<State>[]) => Promise<readonly Outcome[] | void>,
  options: Partial<Pick<Listener, 'concurrency' | 'lingerMs'>> = {},
): Listener =>
  createListener(definition, { maxBatch: 100, concurrency: 1, ...options }, async (events) => {
    const outcomes = await command(events.map(toReceived));
    return outcomes === undefined ? events.map(() => done) : outcomes.map(toVerdict);
  });

/** Subscribes a command that handles each event on its own, 16 at a time. */
export const onEach = <Type extends string, State>(
  definition: EventDefinition<Type, State>,
  command: (event: Received<State>) => Promise<Outcome | void>,
): Listener =>
  createListener(definition, { maxBatch: 1, concurrency: 16 }, (events) =>
    Promise.all(events.map(async (event) => toVerdict((await command(toReceived(event))) ?? 'done'))),
  );
