/** Keeps what is the same for everybody for a moment; requests that come together share one reading. */
export interface BriefCache<Value> {
  get(key: string, read: () => Promise<Value>): Promise<Value>;
}

/** `keep` says which values may be given to others; what it refuses, and what throws, is read again by the next. */
export const createBriefCache = <Value>(options: {
  readonly maxAgeMs: number;
  readonly maxEntries: number;
  readonly keep: (value: Value) => boolean;
  readonly now: () => number;
}): BriefCache<Value> => {
  const entries = new Map<string, { readonly until: number; readonly value: Promise<Value> }>();
  return {
    get: (key, read) => {
      const known = entries.get(key);
      if (known !== undefined && options.now() < known.until) return known.value;
      if (entries.size >= options.maxEntries) entries.clear();
      const value = read();
      const entry = { until: options.now() + options.maxAgeMs, value };
      entries.set(key, entry);
      const forget = () => {
        if (entries.get(key) === entry) entries.delete(key);
      };
      value.then((settled) => (options.keep(settled) ? undefined : forget()), forget);
      return value;
    },
  };
};
