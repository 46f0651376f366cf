import * as fc from 'fast-check';
import type { EventDefinition, EventMessage, Trace } from '../events/index.ts';
import type { Crash } from './remote-calls.ts';
import { newMessage } from './test-system.ts';

/**
 * A command about to run. An intent is the test's description of what it is meant to do: one for a call, one for each
 * event. `run` returns the outcome of each: the verdict on an event, 'ok' or the error of a call.
 */
export interface Prepared<Intent> {
  readonly intents: readonly Intent[];
  readonly crash?: Crash | undefined;
  readonly run: (
    traces: readonly Trace[],
    handle: (messages: readonly EventMessage[]) => Promise<readonly string[]>,
  ) => Promise<readonly string[]>;
}
interface Command<World, Intent> {
  readonly name: string;
  readonly prepare: (world: World) => Prepared<Intent>;
}
export type Step<World, Intent> =
  | Command<World, Intent>
  /** Something that happens outside the service: time passes, another service changes. */
  | { readonly name: string; readonly change: (world: World) => void }
  /** Commands run concurrently; `picks` chooses the order of their round trips. */
  | { readonly name: string; readonly together: readonly Command<World, Intent>[]; readonly picks: readonly number[] };

/** fast-check prints a step by its name. */
export const printed = <Body extends object>(name: string, args: readonly unknown[], body: Body) => {
  const text = `${name}(${args.map((arg) => fc.stringify(arg)).join(', ')})`;
  return { name: text, ...body, [fc.toStringMethod]: () => text };
};

type Arbitraries<Args extends unknown[]> = { readonly [Index in keyof Args]: fc.Arbitrary<Args[Index]> };

/**
 * The steps of a test. Each definition adds to the random steps: a command with its weight among the commands, a change
 * with its weight beside `alone` (one command) and `together` (several). It returns a function that makes the step from
 * given arguments.
 */
export const stepsOf = <World, Intent>(random: { alone: number; together: number; maxPicks: number }) => {
  const commands: fc.WeightedArbitrary<Command<World, Intent>>[] = [];
  const changes: fc.WeightedArbitrary<Step<World, Intent>>[] = [];
  const together = (some: readonly Command<World, Intent>[], picks: readonly number[] = []): Step<World, Intent> =>
    printed('together', [...some, picks], { together: some, picks });
  return {
    command: <Args extends unknown[]>(
      name: string,
      weight: number,
      args: Arbitraries<Args>,
      prepare: (world: World, ...args: Args) => Prepared<Intent>,
    ) => {
      const make = (...given: Args) => printed(name, given, { prepare: (world: World) => prepare(world, ...given) });
      commands.push({ weight, arbitrary: fc.tuple<Args>(...args).map((given) => make(...given)) });
      return make;
    },
    change: <Args extends unknown[]>(
      name: string,
      weight: number,
      args: Arbitraries<Args>,
      change: (world: World, ...args: Args) => void,
    ) => {
      const make = (...given: Args) => printed(name, given, { change: (world: World) => change(world, ...given) });
      changes.push({ weight, arbitrary: fc.tuple<Args>(...args).map((given) => make(...given)) });
      return make;
    },
    together,
    /** A random step. */
    arbitrary: (): fc.Arbitrary<Step<World, Intent>> => {
      const command = fc.oneof(...commands);
      const some = fc.array(command, { minLength: 2, maxLength: 3 });
      const picks = fc.array(fc.nat(2), { maxLength: random.maxPicks, size: 'max' });
      return fc.oneof<fc.WeightedArbitrary<Step<World, Intent>>[]>(
        { weight: random.alone, arbitrary: command },
        { weight: random.together, arbitrary: fc.tuple(some, picks).map((args) => together(...args)) },
        ...changes,
      );
    },
  };
};

/** Prepares one call of the service; `crash` kills its process at a remote call. */
export const call = <Intent>(
  intent: Intent,
  run: (trace: Trace) => Promise<unknown>,
  crash?: Crash,
): Prepared<Intent> => ({
  intents: [intent],
  crash,
  run: (traces) => Promise.all(traces.map((trace) => run(trace).then(() => 'ok', String))),
});

/** An event that a command delivers. */
export const event = <Data, Intent>(
  definition: EventDefinition<string, Data>,
  data: Data,
  time: Date,
  intent: Intent,
) => ({ intent, message: newMessage(definition, data, { time, correlationId: '' }) });

/** Prepares the delivery of events: as one batch of one kind, or each alone, one after the other. */
export const deliver = <Intent>(
  events: readonly { readonly intent: Intent; readonly message: EventMessage }[],
  how: 'as a batch' | 'one by one' = 'as a batch',
): Prepared<Intent> => ({
  intents: events.map(({ intent }) => intent),
  run: async (traces, handle) => {
    const messages = events.map(({ message }, index) => ({ ...message, ...traces[index] }));
    if (how === 'as a batch') return handle(messages);
    const verdicts: string[] = [];
    for (const message of messages) verdicts.push(...(await handle([message])));
    return verdicts;
  },
});
