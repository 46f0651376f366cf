const firstMs = 100;
const longestMs = 2_000;
/** A process that ran this long is sound: its next death starts the waits anew. */
const soundAfterMs = 10_000;

/** How often in a row a process has died soon after its start. */
export const deathsInARow = (before: number, ranForMs: number): number => (ranForMs >= soundAfterMs ? 1 : before + 1);

/** Wait before the restart that follows so many deaths in a row: 0.1 s, doubling, to at most 2 s. */
export const backOffMs = (deaths: number): number => Math.min(longestMs, firstMs * 2 ** Math.max(0, deaths - 1));
