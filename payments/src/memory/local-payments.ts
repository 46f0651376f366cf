import { LRUCache } from 'lru-cache';

/** More than are made within the minutes in which Stripe sends its webhooks. */
const maxEntries = 10_000;

export type LocalPayments = ReturnType<typeof createLocalPayments>;

/**
 * Orders whose payment this process is making or has made, so that the one webhook that follows each payment costs no
 * query. An entry that was evicted costs one query and nothing else.
 */
export const createLocalPayments = () => {
  const orders = new LRUCache<string, true>({ max: maxEntries });
  return {
    has: (orderId: string): boolean => orders.has(orderId),
    /** Keeps the order while `pay` runs, and afterwards if its result is that of `isPaid`. */
    during: async <T>(orderId: string, pay: () => Promise<T>, isPaid: (result: T) => boolean): Promise<T> => {
      orders.set(orderId, true);
      let isKept = false;
      try {
        const result = await pay();
        isKept = isPaid(result);
        return result;
      } finally {
        if (!isKept) orders.delete(orderId);
      }
    },
  };
};
