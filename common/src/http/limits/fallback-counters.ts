import type { Logger } from 'pino';
import type { Counters } from './counters.ts';

/** How long this process counts alone before it tries Redis again. */
export const retryAfterMs = 1_000;

export interface FallbackCounters extends Counters {
  /** Whether all replicas count together at present. */
  isShared(): boolean;
}

/**
 * Counts in `shared`, and in `own` while that fails: Redis is unreachable, hangs or is full. Limits then hold for each
 * process alone, but they hold.
 */
export const withFallback = (
  shared: Counters,
  own: Counters,
  options: { readonly logger: Logger; readonly now: () => number },
): FallbackCounters => {
  const { logger, now } = options;
  let isShared = true;
  let retryAt = 0;

  const run = async <Result>(action: (counters: Counters) => Promise<Result>): Promise<Result> => {
    if (!isShared && now() < retryAt) return action(own);
    // While Redis hangs, only the request that tries it waits.
    retryAt = now() + retryAfterMs;
    try {
      const result = await action(shared);
      if (!isShared) logger.info('Redis counts for the rate limits again');
      isShared = true;
      return result;
    } catch (error) {
      if (isShared) logger.warn({ err: error }, 'Redis is unreachable: each process counts for the rate limits alone');
      isShared = false;
      retryAt = now() + retryAfterMs;
      return action(own);
    }
  };

  return {
    isShared: () => isShared,
    count: (counter) => run((counters) => counters.count(counter)),
    reserve: (counter, lease) => run((counters) => counters.reserve(counter, lease)),
    settle: (counter, lease, counts) => run((counters) => counters.settle(counter, lease, counts)),
  };
};
