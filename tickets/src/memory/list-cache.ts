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
  /** The oldest first. */
  const pages = new Map<string, { readonly until: number; readonly page: Promise<ListPage> }>();

  const makeRoom = (now: number): void => {
    for (const [key, { until }] of pages) {
      if (now < until && pages.size < maxPages) return;
      pages.delete(key);
    }
  };

  return {
    get: (key, read) => {
      const now = options.now();
      const known = pages.get(key);
      if (known !== undefined && now < known.until) return known.page;
      makeRoom(now);
      const page = read();
      pages.set(key, { until: now + options.maxAgeMs, page });
      page.catch(() => {
        // The entry may have been replaced meanwhile.
        if (pages.get(key)?.page === page) pages.delete(key);
      });
      return page;
    },
    clear: () => pages.clear(),
  };
};
