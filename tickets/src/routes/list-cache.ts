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

/** `maxAgeMs` bounds how old an answer may be. */
export const createListCache = (options: { readonly maxAgeMs: number; readonly now: () => number }): ListCache => {
  const pages = new Map<string, { readonly until: number; readonly page: Promise<ListPage> }>();
  return {
    get: (key, read) => {
      const known = pages.get(key);
      if (known !== undefined && options.now() < known.until) return known.page;
      if (pages.size >= maxPages) pages.clear();
      const page = read();
      pages.set(key, { until: options.now() + options.maxAgeMs, page });
      page.catch(() => pages.delete(key));
      return page;
    },
    clear: () => pages.clear(),
  };
};
