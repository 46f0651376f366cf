export interface Comparison {
  /** Paths that ours has and Stripe's does not. */
  readonly unknown: Set<string>;
  /** Paths that Stripe's has and ours does not. */
  readonly lacking: Set<string>;
  /** Paths at which the types differ. */
  readonly different: Set<string>;
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** Compares two responses by their keys and types. Null matches every type; keys of `metadata` are ignored. */
export const compareShapes = (ours: unknown, theirs: unknown, path: string, result: Comparison): void => {
  if (ours === null || theirs === null) return;
  if (typeOf(ours) !== typeOf(theirs)) {
    result.different.add(`${path}: ${typeOf(ours)} instead of ${typeOf(theirs)}`);
    return;
  }
  if (path.endsWith('.metadata')) return;
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length > 0 && theirs.length > 0) compareShapes(ours[0], theirs[0], `${path}[]`, result);
    return;
  }
  if (typeof ours !== 'object' || typeof theirs !== 'object') return;
  const known = new Map<string, unknown>(Object.entries(theirs));
  const given = new Map<string, unknown>(Object.entries(ours));
  for (const [key, value] of given) {
    if (known.has(key)) compareShapes(value, known.get(key), `${path}.${key}`, result);
    else result.unknown.add(`${path}.${key}`);
  }
  for (const key of known.keys()) {
    if (!given.has(key)) result.lacking.add(`${path}.${key}`);
  }
};
