/** More than are made within the minutes in which Stripe sends its webhooks. */
const remembered = 10_000;

/**
 * Orders whose payment this very process is making or has made: webhooks about them are no news, and there is one for
 * every payment. Only saves a look at the database; what is forgotten here is found there.
 */
export interface OwnPayments {
  /** Remembers the order while `pay` runs, and afterwards if it succeeds. */
  during<T>(orderId: string, pay: () => Promise<T>): Promise<T>;
  has(orderId: string): boolean;
}

export const createOwnPayments = (): OwnPayments => {
  const orders = new Set<string>();
  return {
    has: (orderId) => orders.has(orderId),
    during: async (orderId, pay) => {
      orders.add(orderId);
      if (orders.size > remembered) {
        const oldest = orders.values().next();
        if (oldest.done !== true) orders.delete(oldest.value);
      }
      try {
        return await pay();
      } catch (error) {
        orders.delete(orderId);
        throw error;
      }
    },
  };
};
