/** Longer than any order waits: whoever is as old has been decided by another process. */
const forgottenMs = 60_000;
const remembered = 10_000;

/**
 * Since when orders wait here for another holder of their ticket. Counted by this process's own clock from when it met
 * the holder: how old an order's event is, or what the clock said where it was made, uses up nobody's patience.
 */
export interface OtherHolders {
  /** The order has met another holder. While there are too many already, it is not counted yet. */
  met(orderId: string): void;
  /** Since it first met one; 0 when it has not. */
  waitedMs(orderId: string): number;
  /** The order is decided. */
  forget(orderId: string): void;
}

/** `now` in milliseconds. */
export const createOtherHolders = (now: () => number): OtherHolders => {
  /** The oldest first. */
  const since = new Map<string, number>();
  return {
    met: (orderId) => {
      if (since.has(orderId)) return;
      const time = now();
      for (const [oldest, at] of since) {
        if (time - at < forgottenMs) break;
        since.delete(oldest);
      }
      if (since.size < remembered) since.set(orderId, time);
    },
    waitedMs: (orderId) => {
      const at = since.get(orderId);
      return at === undefined ? 0 : now() - at;
    },
    forget: (orderId) => {
      since.delete(orderId);
    },
  };
};
