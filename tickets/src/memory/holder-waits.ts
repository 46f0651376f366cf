/** Longer than any order waits: an older entry is of an order that another process has decided. */
const maxAgeMs = 60_000;
const maxEntries = 10_000;

/**
 * How long orders have waited in this process for another order to release their ticket. Measured by this process's own
 * clock from the moment it saw the other holder, so that neither the age of an order's event nor another machine's clock
 * shortens the wait.
 */
export interface HolderWaits {
  /** Starts the wait of an order, unless it has started; with `maxEntries` orders waiting it starts later. */
  start(orderId: string): void;
  /** Milliseconds since its start; 0 if it has not started. */
  elapsedMs(orderId: string): number;
  /** Removes an order that is decided. */
  forget(orderId: string): void;
}

/** `now` in milliseconds, of a clock that never goes back. */
export const createHolderWaits = (now: () => number = () => performance.now()): HolderWaits => {
  /** The oldest first. */
  const since = new Map<string, number>();
  return {
    start: (orderId) => {
      if (since.has(orderId)) return;
      const time = now();
      for (const [oldest, at] of since) {
        if (time - at < maxAgeMs) break;
        since.delete(oldest);
      }
      if (since.size < maxEntries) since.set(orderId, time);
    },
    elapsedMs: (orderId) => {
      const at = since.get(orderId);
      return at === undefined ? 0 : now() - at;
    },
    forget: (orderId) => {
      since.delete(orderId);
    },
  };
};
