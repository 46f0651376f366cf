import { setTimeout as delay } from 'node:timers/promises';

export type OrderSignals = ReturnType<typeof createOrderSignals>;

/** Wakes requests that wait for an order once this process has received an event that makes it payable. */
export const createOrderSignals = () => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    notify: (orderIds: readonly string[]): void => {
      if (waiting.size === 0) return;
      for (const id of orderIds) for (const wake of waiting.get(id) ?? []) wake();
    },
    /** Resolves at the next signal of the order, or after `ms`, since another replica may receive the event instead. */
    wait: async (orderId: string, ms: number): Promise<void> => {
      const woken = new AbortController();
      const wake = () => woken.abort();
      const others = waiting.get(orderId) ?? new Set();
      waiting.set(orderId, others.add(wake));
      await delay(ms, undefined, { signal: woken.signal }).catch(() => undefined);
      others.delete(wake);
      if (others.size === 0) waiting.delete(orderId);
    },
  };
};
