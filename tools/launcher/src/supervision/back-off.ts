const firstMs = 100;
const longestMs = 2_000;
/** A process that ran this long restarts with the shortest delay. */
const resetAfterMs = 10_000;

/** How many times in a row a process has died soon after its start. */
export const deathsInARow = (before: number, ranForMs: number): number => (ranForMs >= resetAfterMs ? 1 : before + 1);

/** Delay before the restart after this many deaths in a row: 0.1 s, doubled each time, at most 2 s. */
export const backOffMs = (deaths: number): number => Math.min(longestMs, firstMs * 2 ** Math.max(0, deaths - 1));
