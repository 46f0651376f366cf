import { setTimeout as delay } from 'node:timers/promises';

/** Tells requests that wait for an order when this process has heard that it can be paid. */
export interface Arrivals {
  announce(orderIds: readonly string[]): void;
  /** Resolves with the next announcement of the order, or after `ms`: another replica may have heard of it instead. */
  next(orderId: string, ms: number): Promise<void>;
}

export const createArrivals = (): Arrivals => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    announce: (orderIds) => {
      if (waiting.size === 0) return;
      for (const id of orderIds) for (const wake of waiting.get(id) ?? []) wake();
    },
    next: async (orderId, ms) => {
      const over = new AbortController();
      const wake = () => over.abort();
      const others = waiting.get(orderId) ?? new Set();
      waiting.set(orderId, others.add(wake));
      await delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
      others.delete(wake);
      if (others.size === 0) waiting.delete(orderId);
    },
  };
};
