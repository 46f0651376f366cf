/** Pseudo-random numbers that depend only on a seed, so that a run can be repeated. */
export interface Random {
  /** From 0 to 1, excluding 1. */
  next(): number;
  /** From `least` to `most`, including both. */
  integer(least: number, most: number): number;
  /** From `least` to `most`, excluding `most`. */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** An item, chosen with a probability proportional to its weight. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T;
  chance(probability: number): boolean;
}

/** xorshift32 by G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003): sufficient for choosing faults. */
export const createRandom = (seed: number): Random => {
  // The multiplication spreads small seeds; a state of 0 would stay 0.
  let state = Math.imul((seed >>> 0) + 1, 0x9e3779b1) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  return {
    next,
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    between: (least, most) => least + next() * (most - least),
    pick,
    weighted: (items) => {
      let rest = next() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        rest -= weight;
        if (rest < 0) return item;
      }
      return pick(items)[1];
    },
    chance: (probability) => next() < probability,
  };
};
