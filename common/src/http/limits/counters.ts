import { LRUCache } from 'lru-cache';
import type { Rate } from './limits.ts';

/** A counter and its limit. */
export interface Counter extends Rate {
  readonly key: string;
}

/** Counters of requests. Each counts in a window that begins with its first request. */
export interface Counters {
  /** Counts a request. @returns 0, or milliseconds to the end of the window if the limit is exceeded. */
  count(counter: Counter): Promise<number>;
  /**
   * Reserves a place for a request whose outcome decides whether it counts.
   * @returns 0 if it has one, milliseconds to the end of the window if the limit is reached, or `busy` while requests that
   * still run may take the places that are left.
   */
  reserve(counter: Counter, lease: string): Promise<number | 'busy'>;
  /** Ends a reservation. One that is never ended, because its process died, ends by itself. */
  settle(counter: Counter, lease: string, counts: boolean): Promise<void>;
}

/** Longer than any request takes. */
export const leaseMs = 30_000;

interface Window {
  count: number;
  readonly endsAt: number;
  /** When each reservation ends. */
  readonly leases: Map<string, number>;
}

/** Counters of this process alone. At `maxEntries` the ones that were not used for longest are forgotten. */
export const createMemoryCounters = (options: {
  readonly maxEntries: number;
  /** Milliseconds. */
  readonly now: () => number;
}): Counters => {
  const { maxEntries, now } = options;
  const windows = new LRUCache<string, Window>({ max: maxEntries });

  const windowOf = ({ key, seconds }: Counter): Window => {
    const found = windows.get(key);
    if (found !== undefined && found.endsAt > now()) return found;
    const made = { count: 0, endsAt: now() + seconds * 1000, leases: found?.leases ?? new Map<string, number>() };
    windows.set(key, made);
    return made;
  };

  return {
    count: async (counter) => {
      const window = windowOf(counter);
      window.count += 1;
      return window.count > counter.limit ? window.endsAt - now() : 0;
    },
    reserve: async (counter, lease) => {
      const { count, endsAt, leases } = windowOf(counter);
      if (count >= counter.limit) return endsAt - now();
      for (const [id, end] of leases) if (end <= now()) leases.delete(id);
      if (count + leases.size >= counter.limit) return 'busy';
      leases.set(lease, now() + leaseMs);
      return 0;
    },
    settle: async (counter, lease, counts) => {
      const window = windowOf(counter);
      window.leases.delete(lease);
      if (counts) window.count += 1;
    },
  };
};
