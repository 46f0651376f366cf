import type { Deps } from '../deps.ts';
import { heldTickets } from '../models/ticket-copy.ts';
import { presumedLostAfterMs, republishOrders } from './republish-orders.ts';

const pageSize = 500;
const maxSuspects = 1_000;

/**
 * Returns a repair for tickets that stay held for a cancelled order, or unsold by a complete one, because the order's
 * event or tickets' response was lost. Each call reads one page of the held tickets, newest orders first, and republishes
 * the orders whose copies have been like that for 30 s; it returns how many. Every replica pages on its own.
 */
export const createStuckTicketsRepair = (deps: Deps): (() => Promise<number>) => {
  /** Order id → when this process first saw its ticket look stuck, in milliseconds. */
  let suspects = new Map<string, number>();
  let below: string | undefined;

  const ordersOfHeldTickets = async (orderId: object, limit: number): Promise<string[]> => {
    const copies = await deps.tickets
      .find(
        { $and: [heldTickets, { 'ticket.orderId': orderId }] },
        { projection: { 'ticket.orderId': 1 }, sort: { 'ticket.orderId': -1 }, limit },
      )
      .toArray();
    return copies.flatMap(({ ticket }) => ticket.orderId ?? []);
  };

  return async () => {
    const page = await ordersOfHeldTickets(below === undefined ? { $exists: true } : { $lt: below }, pageSize);
    below = page.length < pageSize ? undefined : page.at(-1);
    const named = [...page, ...(await ordersOfHeldTickets({ $in: [...suspects.keys()] }, maxSuspects))];
    const over = await deps.orders
      .find({ _id: { $in: named }, status: { $in: ['cancelled', 'complete'] } }, { projection: { status: 1 } })
      .limit(maxSuspects)
      .toArray();
    const now = deps.now().getTime();
    suspects = new Map(over.map(({ _id }) => [_id, suspects.get(_id) ?? now]));
    const stuck = over.filter(({ _id }) => now - (suspects.get(_id) ?? now) >= presumedLostAfterMs);
    return stuck.length === 0 ? 0 : republishOrders(deps, stuck);
  };
};
