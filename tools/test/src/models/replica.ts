import { CustomError } from '@ticketing/common/errors';
import {
  ListenerRunner,
  Relay,
  type InboundMessage,
  type Listener,
  type StoreDeps,
  type SubscriptionOptions,
  type Transport,
} from '@ticketing/common/messaging';
import type { Database } from '@ticketing/common/mongo';
import { createLogger } from '@ticketing/common/service';
import { roundTrips, type Turnstile } from '@ticketing/common/testing';
import { MongoNetworkError, type Collection, type Document } from 'mongodb';
import type { ControlledBus } from './controlled-bus.ts';

/** What happens to a replica while it carries out one command. */
export type Fault =
  /** It dies at this of its round trips: of each, before the database gets it, and before its response is used. */
  | { readonly dies: number }
  /** Its next bulk write makes so many of its writes, and then the connection is lost. */
  | { readonly written: number }
  /** It dies before NATS gets an event, or before it hears that NATS has stored it. */
  | { readonly publishing: 'lost' | 'unacknowledged' };

/** How a command ends: the service may refuse it, and the connection may be lost in its bulk write. */
export type Outcome = 'ok' | 'died' | 'refused' | 'disconnected';

/** One process of a service, without HTTP: its commands, its relay and its listeners. */
export interface Replica<Deps> {
  /** Carries out a command. @throws what the command throws, if that is neither a refusal nor due to a fault. */
  run(command: (deps: Deps) => Promise<unknown>, fault?: Fault): Promise<Outcome>;
  /** Handles messages of one consumer as one batch. */
  handle(durable: string, messages: readonly InboundMessage[], fault?: Fault): Promise<Outcome>;
  /** What the relay does every second: removes what is published, and publishes what another process has left. */
  sweep(fault?: Fault): Promise<Outcome>;
  /** Starts it again if it has died. */
  recover(): Promise<void>;
  /** Forgets its dead letters. */
  reset(): void;
  stop(): Promise<void>;
  /** Reasons of its dead letters. */
  readonly deadLetters: readonly string[];
}

interface Options<Deps> {
  readonly service: string;
  readonly database: Database;
  readonly turnstile: Turnstile;
  readonly bus: ControlledBus;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly open: (store: StoreDeps) => Deps;
  readonly subscriptions: (deps: Deps) => readonly Listener[];
}

class ConnectionLostError extends MongoNetworkError {}

const outcomeOf = (error: unknown): Outcome => {
  if (error instanceof ConnectionLostError) return 'disconnected';
  if (error instanceof CustomError) return 'refused';
  throw error;
};

const bulks: ReadonlySet<string | symbol> = new Set(['bulkWrite', 'insertMany']);

interface LifeState {
  isDead: boolean;
  /** Round trips before it dies, each counted twice. */
  halfTrips: number;
  /** Writes of a bulk that are made before the connection is lost. */
  written: number;
  publishing: 'works' | 'lost' | 'unacknowledged';
}
const healthy = { halfTrips: Infinity, written: Infinity, publishing: 'works' } as const;
const alive = { isDead: false, ...healthy };
const ignored = () => undefined;

/** One life of the process: what it does after its death reaches neither the database nor NATS. */
const openLife = async <Deps>(
  { service, database, turnstile, bus, now, newId, open, subscriptions }: Options<Deps>,
  deadLetters: string[],
) => {
  const state: LifeState = { ...alive };
  const logger = createLogger({ service, level: 'silent' });

  const dieIf = (condition: boolean): void => {
    if (condition) state.isDead = true;
    if (state.isDead) throw new Error('died');
  };
  const trip = async (call: () => Promise<unknown>): Promise<unknown> => {
    dieIf(state.halfTrips-- <= 0);
    const result = await turnstile.pass(call);
    dieIf(state.halfTrips-- <= 0);
    return result;
  };
  /** The same collection, of whose next bulk write only a part may be made. */
  const breakable = <Doc extends Document>(collection: Collection<Doc>): Collection<Doc> =>
    new Proxy(collection, {
      get: (target, name): unknown => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (!bulks.has(name)) return value.bind(target);
        return async (operations: readonly unknown[], ...rest: readonly unknown[]): Promise<unknown> => {
          const { written } = state;
          if (operations.length <= written) return Reflect.apply(value, target, [operations, ...rest]);
          state.written = Infinity;
          const part = operations.slice(0, written);
          // Nobody hears of a refusal either.
          if (part.length > 0)
            await Promise.resolve(Reflect.apply(value, target, [part, ...rest])).catch(() => undefined);
          throw new ConnectionLostError('connection lost');
        };
      },
    });

  const publishing = new Set<Promise<void>>();
  const consumers = new Map<string, SubscriptionOptions>();
  const transport: Transport = {
    name: 'controlled',
    store: undefined,
    isConnected: () => !state.isDead,
    guard: () => undefined,
    follow: () => {
      throw new Error('not used');
    },
    publish: (message) => {
      const publish = async () => {
        dieIf(state.publishing === 'lost');
        await turnstile.pass(() => bus.publish(message));
        dieIf(state.publishing === 'unacknowledged');
      };
      const published = publish();
      const settled = published.catch(() => undefined).finally(() => publishing.delete(settled));
      publishing.add(settled);
      return published;
    },
    subscribe: async (options) => {
      consumers.set(options.durable, options);
      return { pause: () => undefined, resume: () => undefined, stop: async () => undefined };
    },
    close: async () => undefined,
  };
  const relay = new Relay({
    transport,
    logger,
    now,
    counters: { published: ignored, swept: ignored, waiting: ignored },
  });
  const collection = <Doc extends Document>(name: string): Collection<Doc> =>
    turnstile.gate(breakable(database.collection<Doc>(name)), roundTrips, trip);
  const deps = open({ database: { collection }, relay, now, newId });
  const letter = async ({ reason }: { readonly reason: string }): Promise<boolean> => {
    deadLetters.push(reason);
    return true;
  };
  const runner = new ListenerRunner({
    service,
    transport,
    deadLetters: { put: letter, park: letter },
    logger,
    counters: { handled: ignored, deadLettered: ignored },
    isHealthy: () => !state.isDead,
  });
  await runner.start(subscriptions(deps));

  const idle = async (): Promise<void> => {
    while (publishing.size > 0) await Promise.all(publishing);
  };
  const run = async (command: () => Promise<unknown>, fault: Fault | undefined): Promise<Outcome> => {
    if (fault !== undefined && 'dies' in fault) state.halfTrips = fault.dies;
    if (fault !== undefined && 'written' in fault) state.written = fault.written;
    if (fault !== undefined && 'publishing' in fault) state.publishing = fault.publishing;
    const [ended] = await Promise.allSettled([command()]);
    await idle();
    Object.assign(state, healthy);
    if (state.isDead) return 'died';
    return ended.status === 'fulfilled' ? 'ok' : outcomeOf(ended.reason);
  };
  return {
    run: (command: (own: Deps) => Promise<unknown>, fault?: Fault) => run(() => command(deps), fault),
    handle: (durable: string, messages: readonly InboundMessage[], fault?: Fault) =>
      run(async () => consumers.get(durable)?.onMessages(messages), fault),
    sweep: (fault?: Fault) =>
      run(async () => {
        relay.start();
        // Each worker runs once; what they publish has no time to wait for.
        await relay.stop(0);
        await idle();
        await relay.stop(0);
      }, fault),
    isDead: () => state.isDead,
    stop: () => runner.stop(),
  };
};

export const openReplica = async <Deps>(options: Options<Deps>): Promise<Replica<Deps>> => {
  const deadLetters: string[] = [];
  let life = await openLife(options, deadLetters);
  return {
    run: (command, fault) => life.run(command, fault),
    handle: (durable, messages, fault) => life.handle(durable, messages, fault),
    sweep: (fault) => life.sweep(fault),
    recover: async () => {
      if (!life.isDead()) return;
      await life.stop();
      life = await openLife(options, deadLetters);
    },
    reset: () => {
      deadLetters.length = 0;
    },
    stop: () => life.stop(),
    deadLetters,
  };
};
