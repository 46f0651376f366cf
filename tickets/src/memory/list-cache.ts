import { LRUCache } from 'lru-cache';

/** A page of the ticket list as it is sent. */
export interface ListPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Keeps pages that are the same for everybody for a moment; concurrent requests share one read. */
export interface ListCache {
  get(key: string, read: () => Promise<ListPage>): Promise<ListPage>;
  /** For changes by this process. Changes by other processes show once `maxAgeMs` is over. */
  readonly clear: () => void;
}

/** Dozens of the largest pages: 100 tickets of 4 KB. */
const standardMaxBytes = 16 * 1024 * 1024;

/** Of an entry beside its texts. */
const overheadBytes = 1_024;

const sizeOf = ({ headers, body }: ListPage, key: string): number =>
  Object.values(headers).reduce((sum, { length }) => sum + length, body.length + key.length + overheadBytes);

/**
 * `maxAgeMs` limits the age of a page, counted from the start of its read; older ones are removed by the next read. At
 * `maxBytes` the pages that were not used for longest are removed.
 */
export const createListCache = (options: {
  readonly maxAgeMs: number;
  readonly maxBytes?: number;
  readonly now: () => number;
}): ListCache => {
  const { maxAgeMs, maxBytes = standardMaxBytes, now } = options;
  const pages = new LRUCache<string, ListPage>({
    maxSize: maxBytes,
    sizeCalculation: sizeOf,
    ttl: maxAgeMs,
    ttlResolution: 0,
    perf: { now },
  });
  /** Reads whose pages are to be kept, at most one for each request in progress. */
  const reads = new Map<string, { readonly startedAt: number; readonly page: Promise<ListPage> }>();
  return {
    get: async (key, read) => {
      const known = pages.get(key);
      if (known !== undefined) return known;
      pages.purgeStale();
      const running = reads.get(key);
      if (running !== undefined && now() - running.startedAt <= maxAgeMs) return running.page;
      const own = { startedAt: now(), page: read() };
      reads.set(key, own);
      try {
        const page = await own.page;
        // Unless the cache was cleared, or the page read again.
        if (reads.get(key) === own) pages.set(key, page, { start: own.startedAt });
        return page;
      } finally {
        if (reads.get(key) === own) reads.delete(key);
      }
    },
    clear: () => {
      pages.clear();
      reads.clear();
    },
  };
};
