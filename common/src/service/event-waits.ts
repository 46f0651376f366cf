import type { EventDefinition } from '../events/index.ts';
import type { Relay, Transport } from '../messaging/index.ts';
import { followWhileUsed } from './follow-while-used.ts';
import type { Logger } from './logger.ts';
import { periodically } from './periodic.ts';
import type { Stoppable } from './stoppable.ts';

/** Few enough that a rush of requests is not slowed down by those that wait. */
const maxWaits = 24;
const tickMs = 500;
/** An event that this process has not heard this long after a wait for it began has reached another replica. */
const elsewhereAfterMs = 2_000;
/** How long the events are followed after the last one that has reached another replica. */
const followMs = 60_000;

/** A request that waits for an event about one thing. */
interface Wait<State> {
  /**
   * Resolves to the first state since the wait began that it accepts; to undefined after `ms`, when `signal` is aborted, or when
   * the process drains.
   */
  result(ms: number, signal?: AbortSignal): Promise<State | undefined>;
  /** Must be called, whatever has become of it. */
  end(): void;
}

/**
 * Requests that wait a moment for an event, whichever replica makes or consumes it: what this process stores or consumes it
 * hears at once. Of the rest it hears by following the events, which it does only while some reach other replicas. Whatever is
 * heard is stored by a majority.
 */
export interface EventWaits<State> {
  /** Undefined while too many requests wait. */
  begin(id: string, accepts?: (state: State) => boolean): Wait<State> | undefined;
  /** This process has consumed these states. */
  heard(states: readonly (State & { readonly id: string })[]): void;
  /** Starts once the database is prepared. */
  start(): Stoppable;
  /** Ends all waits, and begins no more. */
  endAll(): void;
}

interface WaitsDeps {
  readonly logger: Logger;
  readonly relay: Pick<Relay, 'onStored'>;
  readonly transport: Pick<Transport, 'follow'>;
  /** This process's own clock, in milliseconds; replaced by tests only. */
  readonly ownTime?: () => number;
}

interface Waiting<State> {
  readonly accepts: (state: State) => boolean;
  readonly resolve: (state: State | undefined) => void;
}

export const openEventWaits = <State>(
  service: WaitsDeps,
  definitions: readonly EventDefinition<string, State & { readonly id: string }>[],
): EventWaits<State> => {
  const ownTime = service.ownTime ?? (() => performance.now());
  const waiting = new Map<string, Set<Waiting<State>>>();
  /** Ids for which a wait has ended in vain, and when it began. */
  const missed = new Map<string, number>();
  let count = 0;
  let isEnding = false;
  let followUntil = -Infinity;

  const hear = (id: string, state: State): void => {
    for (const { accepts, resolve } of waiting.get(id) ?? []) if (accepts(state)) resolve(state);
  };
  /** Returns whether a request has waited for an event of this aggregate. */
  const hearMessage = (definition: (typeof definitions)[number], id: string, body: string): boolean => {
    if (!waiting.has(id)) return false;
    try {
      hear(id, definition.parse(JSON.parse(body)).data);
    } catch (error) {
      service.logger.warn(
        { err: error, id, subject: definition.type },
        'an event that a request waits for is malformed',
      );
    }
    return true;
  };
  const isFollowed = () => ownTime() < followUntil;
  const followed = definitions.map((definition) =>
    followWhileUsed(service, definition.type, {
      get isEmpty() {
        return !isFollowed();
      },
      changed: (id, body) => {
        // What this process hears otherwise too within that time does not reach another replica.
        if (hearMessage(definition, id, body) && missed.size < maxWaits) missed.set(id, ownTime());
      },
      changedAll: () => undefined,
    }),
  );
  for (const definition of definitions)
    service.relay.onStored(definition.type, (id, body) => {
      missed.delete(id);
      hearMessage(definition, id, body);
    });

  const tick = (): void => {
    for (const [id, since] of missed) {
      if (ownTime() - since < elsewhereAfterMs) continue;
      missed.delete(id);
      followUntil = ownTime() + followMs;
    }
    for (const { tend } of followed) tend();
  };

  return {
    begin: (id, accepts = () => true) => {
      if (isEnding || count >= maxWaits) return undefined;
      count += 1;
      const since = ownTime();
      const { promise, resolve } = Promise.withResolvers<State | undefined>();
      const own = { accepts, resolve };
      const waits = waiting.get(id) ?? new Set();
      waiting.set(id, waits.add(own));
      const end = (): void => {
        if (!waits.delete(own)) return;
        count -= 1;
        if (waits.size === 0 && waiting.get(id) === waits) waiting.delete(id);
        resolve(undefined);
      };
      return {
        end,
        result: async (ms, signal) => {
          const timer = setTimeout(() => {
            if (missed.size < maxWaits) missed.set(id, since);
            end();
          }, ms);
          signal?.addEventListener('abort', end);
          if (signal?.aborted === true) end();
          const state = await promise;
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          return state;
        },
      };
    },
    heard: (states) => {
      for (const state of states) {
        missed.delete(state.id);
        hear(state.id, state);
      }
    },
    start: () => {
      const ticks = periodically({ name: 'waits for events', periodMs: tickMs, logger: service.logger }, async () =>
        tick(),
      );
      return {
        stop: async () => {
          await ticks.stop();
          await Promise.all(followed.map((one) => one.stop()));
        },
      };
    },
    endAll: () => {
      isEnding = true;
      for (const waits of waiting.values()) for (const { resolve } of waits) resolve(undefined);
    },
  };
};
