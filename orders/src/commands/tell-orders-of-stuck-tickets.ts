import type { Deps } from './deps.ts';
import { lostAfterMs, tellAgain } from './tell-again.ts';

const page = 500;
const mostSuspects = 1_000;

/** Looks for tickets that are still held for orders which are over, a page of all tickets with each call. */
export interface StuckTickets {
  /** Answers of how many orders tickets was told again. */
  tellOrders(): Promise<number>;
}

/**
 * Repairs what would hold a ticket for ever for an order that is cancelled, or leave it unsold by one that is complete:
 * the order's event or tickets' answer to it has got lost. A copy that says so for half a minute is taken at its word.
 * Each replica goes through the copies by itself, the newest orders first.
 */
export const createStuckTickets = (deps: Deps): StuckTickets => {
  /** Orders that such tickets name, and since when that is known here. */
  let suspects = new Map<string, number>();
  let below: string | undefined;

  const ordersOfHeldTickets = async (filter: object, limit: number): Promise<string[]> => {
    const copies = await deps.tickets
      .find(filter, { projection: { 'ticket.orderId': 1, 'ticket.soldAt': 1 }, sort: { 'ticket.orderId': -1 }, limit })
      .toArray();
    if (limit === page) below = copies.length < page ? undefined : copies.at(-1)?.ticket.orderId;
    return copies.flatMap(({ ticket }) => (ticket.soldAt === undefined ? (ticket.orderId ?? []) : []));
  };

  return {
    tellOrders: async () => {
      const range = below === undefined ? { $exists: true } : { $exists: true, $lt: below };
      const named = [
        ...(await ordersOfHeldTickets({ 'ticket.orderId': range }, page)),
        ...(await ordersOfHeldTickets({ 'ticket.orderId': { $in: [...suspects.keys()] } }, mostSuspects)),
      ];
      const over = await deps.orders
        .find({ _id: { $in: named }, status: { $in: ['cancelled', 'complete'] } }, { projection: { status: 1 } })
        .limit(mostSuspects)
        .toArray();
      const now = deps.now().getTime();
      suspects = new Map(over.map(({ _id }) => [_id, suspects.get(_id) ?? now]));
      const stuck = over.filter(({ _id }) => now - (suspects.get(_id) ?? now) >= lostAfterMs);
      return stuck.length === 0 ? 0 : tellAgain(deps, stuck);
    },
  };
};
