/** The slots of an account, 0 … `limit` − 1, that none of its unpaid orders has. */
export const freeSlots = (limit: number, taken: readonly (number | undefined)[]): number[] => {
  const unavailable = new Set(taken);
  return Array.from({ length: limit }, (_, slot) => slot).filter((slot) => !unavailable.has(slot));
};
