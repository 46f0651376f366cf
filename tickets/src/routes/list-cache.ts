/** A page of the list as it is sent. */
export interface ListPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Keeps pages that are the same for everybody for a moment; requests that come together share one reading. */
export interface ListCache {
  get(key: string, read: () => Promise<ListPage>): Promise<ListPage>;
  /** This process has changed what the pages show. Changes by others show when the pages' time is up. */
  readonly clear: () => void;
}

const maxPages = 200;

/** `maxAgeMs` bounds how old an answer may be; older pages go when the next one is read. */
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
        // It may have been dropped meanwhile, and another read in its place.
        if (pages.get(key)?.page === page) pages.delete(key);
      });
      return page;
    },
    clear: () => pages.clear(),
  };
};
