import { LRUCache } from 'lru-cache';

/** Far longer than an order's first event is handled after a later one, mostly. */
const keptMs = 10_000;
/** 100 bytes each. */
const maxEntries = 10_000;

export type MovedOrders = ReturnType<typeof createMovedOrders>;

/**
 * Orders of which this process has just stored a copy that is newer than their creation. One that was forgotten costs a write
 * that changes nothing.
 */
export const createMovedOrders = () => {
  const orders = new LRUCache<string, true>({ max: maxEntries, ttl: keptMs });
  return {
    has: (orderId: string): boolean => orders.has(orderId),
    add: (orderId: string): void => void orders.set(orderId, true),
  };
};
