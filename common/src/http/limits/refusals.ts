import { LRUCache } from 'lru-cache';
import type { Counter, Counters } from './counters.ts';

/** Counters that also know, without a round trip, whom they have refused. */
export interface RefusingCounters extends Counters {
  /** Milliseconds for which this process knows the limit to be exceeded; 0 if it does not. */
  refusedFor(counter: Counter): number;
}

/** Remembers until the end of its window that a limit is exceeded: until then no count can change that. */
export const rememberRefusals = (
  counters: Counters,
  options: { readonly maxEntries: number; readonly now: () => number },
): RefusingCounters => {
  const { maxEntries, now } = options;
  const ends = new LRUCache<string, number>({ max: maxEntries });

  const refusedFor = ({ key }: Counter): number => Math.max(0, (ends.get(key) ?? 0) - now());

  const remember = <Result extends number | 'busy'>({ key }: Counter, result: Result): Result => {
    if (typeof result === 'number' && result > 0) ends.set(key, now() + result);
    return result;
  };

  return {
    refusedFor,
    count: async (counter) => refusedFor(counter) || remember(counter, await counters.count(counter)),
    reserve: async (counter, lease) => refusedFor(counter) || remember(counter, await counters.reserve(counter, lease)),
    settle: (counter, lease, counts) => counters.settle(counter, lease, counts),
  };
};

/**
 * Delays refusals, so that a client that sends its next request when it has a response is slowed down. At most
 * `maxWaiting` wait; further ones are sent at once.
 */
export const createRefusalDelay = (options: {
  readonly milliseconds: number;
  readonly maxWaiting: number;
}): (() => Promise<void>) => {
  let waiting = 0;
  return async () => {
    if (waiting >= options.maxWaiting) return;
    waiting += 1;
    await new Promise((resolve) => setTimeout(resolve, options.milliseconds));
    waiting -= 1;
  };
};
