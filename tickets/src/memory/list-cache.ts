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

const maxPages = 200;

/** `maxAgeMs` limits the age of a page, counted from the start of its read; older ones are removed by the next read. */
export const createListCache = (options: { readonly maxAgeMs: number; readonly now: () => number }): ListCache => {
  // Promises, since the cache's own `fetch` counts the age from the end of a read and fails a read that `clear` overtakes.
  const pages = new LRUCache<string, Promise<ListPage>>({
    max: maxPages,
    ttl: options.maxAgeMs,
    ttlResolution: 0,
    perf: { now: options.now },
  });
  return {
    get: (key, read) => {
      const known = pages.get(key);
      if (known !== undefined) return known;
      pages.purgeStale();
      const page = read();
      pages.set(key, page);
      page.catch(() => {
        // The entry may have been replaced meanwhile.
        if (pages.peek(key) === page) pages.delete(key);
      });
      return page;
    },
    clear: () => pages.clear(),
  };
};
