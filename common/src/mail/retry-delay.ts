const fastRetries = { delayMs: 5_000, until: 12 } as const;
const slowRetries = { delayMs: 15_000, until: 250 } as const;
const slowestDelayMs = 60_000;

/**
 * When a mail that the server has deferred this often is tried next: after 5 s in its first minute, 15 s in its first hour,
 * then a minute.
 */
export const retryDelayMs = (failures: number): number => {
  if (failures <= fastRetries.until) return fastRetries.delayMs;
  return failures <= slowRetries.until ? slowRetries.delayMs : slowestDelayMs;
};
