import { LRUCache } from 'lru-cache';

/** Of an entry beside its value. */
const overheadBytes = 1_024;
/** Which callers share, while each is one reader's own. */
const sharedReads = 2;

/**
 * Caches values that are the same for every user; concurrent calls for a key share one read. `maxAgeMs` counts from the
 * start of the read. A value that `keep` rejects goes only to the callers that waited for it, and if `isOwn` is true, only to the one
 * that read it: the others share a second read, and read for themselves if that is a third one's own too. At `maxBytes` the entries
 * that were not used for longest are dropped.
 */
export const createBriefCache = <Value extends number | object>(options: {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly bytesOf: (value: Value) => number;
  readonly keep: (value: Value) => boolean;
  readonly isOwn: (value: Value) => boolean;
  readonly now: () => number;
}) => {
  const { maxAgeMs, maxBytes, bytesOf, keep, isOwn, now } = options;
  const cache = new LRUCache<string, Value, () => Promise<Value>>({
    maxSize: maxBytes,
    ttl: maxAgeMs,
    ttlResolution: 0,
    perf: { now },
    // A read whose entry is dropped still has callers that wait for the value.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context: read, options: entry }) => {
      const startedAt = now();
      const value = await read();
      entry.size = bytesOf(value) + overheadBytes;
      entry.ttl = Math.max(1, maxAgeMs - (now() - startedAt));
      return value;
    },
  });
  return {
    get: async (key: string, read: () => Promise<Value>): Promise<Value> => {
      for (let round = 0; round < sharedReads; round += 1) {
        let isReader = false;
        const readFirst = () => {
          isReader = true;
          return read();
        };
        const value = await cache.forceFetch(key, { context: readFirst });
        // Another caller may have begun the next read.
        if (!keep(value) && cache.peek(key) === value) cache.delete(key);
        if (isReader || !isOwn(value)) return value;
      }
      return read();
    },
  };
};
