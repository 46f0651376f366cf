import { setTimeout as delay } from 'node:timers/promises';

/** Wakes requests that wait for an order once this process has received an event that makes it payable. */
export interface OrderSignals {
  notify(orderIds: readonly string[]): void;
  /** Resolves at the next signal of the order, or after `ms`, since another replica may receive the event instead. */
  wait(orderId: string, ms: number): Promise<void>;
}

export const createOrderSignals = (): OrderSignals => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    notify: (orderIds) => {
      if (waiting.size === 0) return;
      for (const id of orderIds) for (const wake of waiting.get(id) ?? []) wake();
    },
    wait: async (orderId, ms) => {
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
