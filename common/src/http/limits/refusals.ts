import { LRUCache } from 'lru-cache';
import type { Counter, Counters } from './counters.ts';
import { retryAfterMs, type FallbackCounters } from './fallback-counters.ts';

/** Counters that also know, without a round trip, which limits are exceeded. */
export interface RefusingCounters extends Counters {
  /** Milliseconds for which this process knows the limit to be exceeded; 0 if it does not. */
  refusedFor(counter: Counter): number;
}

/**
 * Remembers that a limit is exceeded: by the count in Redis until the window ends, by the count of this process alone only
 * until Redis is tried again, since the count there may be lower.
 */
export const rememberRefusals = (
  counters: FallbackCounters,
  options: { readonly maxEntries: number; readonly now: () => number },
): RefusingCounters => {
  const { maxEntries, now } = options;
  const refusals = new LRUCache<string, { readonly endsAt: number; readonly rememberedUntil: number }>({
    max: maxEntries,
  });

  const refusedFor = ({ key }: Counter): number => {
    const refusal = refusals.get(key);
    return refusal === undefined || refusal.rememberedUntil <= now() ? 0 : refusal.endsAt - now();
  };

  const ask = async <Result extends number | 'busy'>(counter: Counter, count: () => Promise<Result>) => {
    const known = refusedFor(counter);
    if (known > 0) return known;
    const wasShared = counters.isShared();
    const result = await count();
    if (typeof result === 'number' && result > 0) {
      const endsAt = now() + result;
      const isFinal = wasShared && counters.isShared();
      refusals.set(counter.key, { endsAt, rememberedUntil: isFinal ? endsAt : Math.min(endsAt, now() + retryAfterMs) });
    }
    return result;
  };

  return {
    refusedFor,
    count: (counter) => ask(counter, () => counters.count(counter)),
    reserve: (counter, lease) => ask(counter, () => counters.reserve(counter, lease)),
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
