import type { Collection, Document } from 'mongodb';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** Methods of collections and cursors that wait for the database. */
export const roundTrips: ReadonlySet<string | symbol> = new Set([
  'findOne',
  'findOneAndUpdate',
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'bulkWrite',
  'countDocuments',
  'toArray',
]);
/** Methods whose results make further round trips. */
const intermediate: ReadonlySet<string | symbol> = new Set(['find', 'collection']);

/** Between two round trips a command needs at most this many turns of the event loop. */
const turns = 4;
const timeoutMs = 20_000;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export type Turnstile = ReturnType<typeof createTurnstile>;

/**
 * Runs the round trips of concurrent commands one at a time, in the order that a test chooses. The same choice produces
 * the same order again.
 */
export const createTurnstile = () => {
  const waiting: (() => Promise<void>)[] = [];
  const state = { running: false, left: 0 };

  const pass = <T>(operation: () => Promise<T>): Promise<T> => {
    if (!state.running) return operation();
    return new Promise<T>((resolve, reject) => {
      waiting.push(() => operation().then(resolve, reject));
    });
  };

  /** The same object; each call of a method in `methods` is made by `through`. */
  const gate = <T extends object>(
    target: T,
    methods: ReadonlySet<string | symbol>,
    through: (call: () => Promise<unknown>, name: string | symbol) => Promise<unknown>,
  ): T => {
    const proxy: T = new Proxy(target, {
      get: (_, name): unknown => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function')
          return name === 'db' && isObject(value) ? gate(value, methods, through) : value;
        return (...args: unknown[]): unknown => {
          const call = (): unknown => Reflect.apply(value, target, args);
          if (methods.has(name)) return through(async () => call(), name);
          const result = call();
          if (result === target) return proxy;
          return intermediate.has(name) && isObject(result) ? gate(result, methods, through) : result;
        };
      },
    });
    return proxy;
  };

  return {
    gate,
    /** Makes an operation wait for its turn during `run`. */
    pass,
    /** The same collection; during `run` each of its round trips waits for its turn. */
    collection: <Doc extends Document>(collection: Collection<Doc>): Collection<Doc> =>
      gate(collection, roundTrips, pass),
    /**
     * Runs the actions concurrently until all have ended. Where several operations wait, the next of `picks` selects one;
     * 0, or none left, selects the action that ran last.
     */
    run: async (actions: readonly (() => Promise<void>)[], picks: readonly number[]): Promise<void> => {
      if (state.running) throw new Error('the turnstile is in use');
      state.running = true;
      const end = performance.now() + timeoutMs;
      state.left = actions.length;
      // Started in reverse, so that the first action is the last to wait and the first to continue.
      const results = Promise.allSettled(
        actions.toReversed().map((action) =>
          action().finally(() => {
            state.left -= 1;
          }),
        ),
      );
      try {
        for (let turn = 0; state.left > 0 || waiting.length > 0;) {
          for (let count = 0; count < turns; count += 1) await turnOfTheLoop();
          if (performance.now() > end) throw new Error('the actions do not end within the time-out');
          if (waiting.length === 0) continue;
          const index = waiting.length - 1 - ((picks[turn] ?? 0) % waiting.length);
          turn += 1;
          for (const operation of waiting.splice(index, 1)) await operation();
        }
      } finally {
        state.running = false;
        for (const operation of waiting.splice(0)) void operation();
      }
      for (const result of await results) if (result.status === 'rejected') throw result.reason;
    },
  };
};
