import * as fc from 'fast-check';
import type { Document } from 'mongodb';
import type { EventMessage } from '../events/index.ts';
import type { OutboxEntry } from '../messaging/aggregates/outbox.ts';
import type { Listener, StoreDeps } from '../messaging/index.ts';
import { Database, newId, type CollectionDefinition } from '../mongo/index.ts';
import { createLogger } from '../service/index.ts';
import { modelRuns } from './model-runs.ts';
import type { Step } from './model-steps.ts';
import { createRemoteCalls, type RemoteCalls } from './remote-calls.ts';
import { openTestSystem } from './test-system.ts';
import { createTurnstile } from './turnstile.ts';

/** What a command was meant to do, the correlation id of everything that it wrote, and its outcome. */
type Happening<Intent> = Intent & { readonly label: string; outcome: string };

/** What the driver found after the commands of a step. */
interface Found<Intent, Stored> {
  readonly happenings: readonly Happening<Intent>[];
  /** One command ran alone, so that the model knows its outcome. */
  readonly inSequence: boolean;
  readonly documents: readonly Stored[];
}

/** What a test builds its worlds from, and without `deps` its deps. */
export interface Stage<Deps> {
  /** Every round trip of its collections waits for its turn. Events stay in the outbox, where the test reads them. */
  readonly store: StoreDeps;
  readonly remoteCalls: RemoteCalls;
  readonly database: Database;
  readonly deps: Deps;
}

/** A service and its sequential model. A `World` has the model, its surroundings, and what finds the real aggregates. */
interface Model<Deps, World, Intent, Stored> {
  readonly service: string;
  readonly collections: readonly CollectionDefinition[];
  readonly now: () => Date;
  readonly open: (stage: Omit<Stage<Deps>, 'deps'>) => Deps | Promise<Deps>;
  readonly subscriptions: (deps: Deps) => readonly Listener[];
  readonly begin: (stage: Stage<Deps>) => World | Promise<World>;
  /** Reads the aggregates; all are of this world. */
  readonly read: (world: World) => Promise<readonly Stored[]>;
  /**
   * Moves the model by a new entry of an outbox and asserts that the move is legal. `cause` is undefined if no command of
   * the step has the entry's label, or if that command has caused another entry.
   */
  readonly changed?: (
    world: World,
    entry: OutboxEntry,
    cause: Happening<Intent> | undefined,
    found: Found<Intent, Stored> & { readonly document: Stored },
  ) => void;
  /** Asserts what must hold after each step; what has caused no entry must have had nothing to change. */
  readonly check: (
    world: World,
    found: Found<Intent, Stored> & { readonly hasChanged: (happening: Happening<Intent>) => boolean },
  ) => void | Promise<void>;
  /** Delivers what is still to come and asserts what must hold in the end. */
  readonly finish: (
    world: World,
    take: (step: Step<World, Intent>) => Promise<readonly Happening<Intent>[]>,
  ) => Promise<void>;
  readonly steps: { readonly arbitrary: () => fc.Arbitrary<Step<World, Intent>> };
  readonly maxSteps: number;
  /** Beginnings of random runs; one is chosen. */
  readonly begun?: readonly (readonly Step<World, Intent>[])[];
  /** Multiplied by MODEL_RUNS if that is set. MODEL_SEED repeats the runs of a seed that fast-check has printed. */
  readonly runs: number;
}

/**
 * Compares a service with a sequential model in memory, after each of a sequence of steps: commands alone, commands whose
 * round trips interleave, and changes outside the service.
 */
export const createModelDriver = <
  Deps,
  World,
  Intent,
  Stored extends { readonly _id: string; readonly outbox?: readonly OutboxEntry[] | undefined },
>(
  model: Model<Deps, World, Intent, Stored>,
) => {
  const turnstile = createTurnstile();
  const remoteCalls = createRemoteCalls(turnstile);
  const closers: (() => Promise<void>)[] = [];
  let stage: Stage<Deps> | undefined;

  const open = async (): Promise<void> => {
    const system = await openTestSystem();
    closers.unshift(() => system.close());
    const logger = createLogger({ service: model.service, level: 'silent' });
    const database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: model.service, logger });
    closers.unshift(() => database.close());
    await database.prepare(model.collections);
    const collection = <Doc extends Document>(name: string) => turnstile.collection(database.collection<Doc>(name));
    const relay = { register: () => undefined, publish: () => undefined };
    const store = { database: { collection }, relay, now: model.now, newId };
    stage = { store, remoteCalls, database, deps: await model.open({ store, remoteCalls, database }) };
  };

  /** Plays the steps in a world of their own, and compares it with the model after each. */
  const play = async (steps: readonly Step<World, Intent>[]): Promise<void> => {
    if (stage === undefined) throw new Error('the driver is not open');
    const { database, deps } = stage;
    remoteCalls.reset();
    for (const { name } of model.collections) await database.collection(name).deleteMany();
    const listeners = new Map(model.subscriptions(deps).map((listener) => [listener.subject, listener]));
    const world = await model.begin(stage);
    const read = new Map((await model.read(world)).map(({ _id, outbox }) => [_id, outbox?.length ?? 0]));
    const history: string[] = [];
    let labels = 0;

    const handle = async (messages: readonly EventMessage[]): Promise<readonly string[]> => {
      const verdicts = await listeners.get(messages[0]?.type ?? '')?.handle(messages);
      return verdicts?.map(({ kind }) => kind) ?? [];
    };

    const compare = async (happenings: readonly Happening<Intent>[], inSequence: boolean): Promise<void> => {
      const documents = await model.read(world);
      const found = { happenings, inSequence, documents };
      const changed = new Set<Happening<Intent>>();
      for (const document of documents) {
        const { _id, outbox = [] } = document;
        for (const entry of outbox.slice(read.get(_id) ?? 0)) {
          const cause = happenings.find((one) => one.label === entry.correlationId && !changed.has(one));
          if (cause !== undefined) changed.add(cause);
          model.changed?.(world, entry, cause, { ...found, document });
        }
        read.set(_id, outbox.length);
      }
      await model.check(world, { ...found, hasChanged: (one) => changed.has(one) });
    };

    const take = async (step: Step<World, Intent>): Promise<readonly Happening<Intent>[]> => {
      history.push(step.name);
      if ('change' in step) {
        step.change(world);
        return [];
      }
      const commands = 'together' in step ? step.together : [step];
      const started = commands.map((command) => {
        const { intents, crash, run } = command.prepare(world);
        const happenings = intents.map((intent) => ({ ...intent, label: String((labels += 1)), outcome: 'none' }));
        return {
          happenings,
          run: async () => {
            if (crash !== undefined) remoteCalls.arm(crash);
            if (happenings.length === 0) return;
            const traces = happenings.map(({ label }) => ({ correlationId: label, traceId: '0'.repeat(32) }));
            for (const [index, outcome] of (await run(traces, handle)).entries()) {
              Object.assign(happenings[index] ?? {}, { outcome });
            }
          },
        };
      });
      const runs = started.map(({ run }) => run);
      if ('together' in step) await turnstile.run(runs, step.picks);
      else for (const run of runs) await run();
      remoteCalls.arm(undefined);
      const happenings = started.flatMap((one) => one.happenings);
      history.push(...happenings.map(({ label, outcome }) => `  ${label}: ${outcome}`));
      await compare(happenings, commands.length === 1);
      return happenings;
    };

    try {
      for (const step of steps) await take(step);
      await model.finish(world, take);
    } catch (error) {
      const message = [String(error), 'after these steps, with labels and outcomes:', ...history].join('\n');
      throw new Error(message, { cause: error });
    }
  };

  const { parameters, timeoutMs } = modelRuns(model.runs);
  const random = fc.tuple(
    fc.constantFrom(...(model.begun ?? [[]])),
    fc.array(model.steps.arbitrary(), { maxLength: model.maxSteps, size: 'max' }),
  );
  return {
    open,
    close: async (): Promise<void> => {
      for (const close of closers) await close();
    },
    play,
    playRandomSteps: (): Promise<void> =>
      fc.assert(
        fc.asyncProperty(random, ([begun, steps]) => play([...begun, ...steps])),
        parameters,
      ),
    timeoutMs,
  };
};
