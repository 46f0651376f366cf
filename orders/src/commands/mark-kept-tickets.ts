import { cancelReasons, undoReasons } from '@ticketing/common/events';
import { liveStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';

const limit = 1_000;

/**
 * Corrects `keepsTicket` of orders that replicas of the previous release have written: that release neither sets the field
 * on new orders nor removes it from those that it cancels. Returns the number of orders.
 */
export const markKeptTickets = async ({ orders }: Pick<Deps, 'orders'>): Promise<number> => {
  // First those that no longer keep a ticket, since another order may keep it now.
  // A complete order that is cancelled keeps its ticket, also if the next release has done it for a reason of its own.
  const reason = { $in: [...cancelReasons], $nin: [...undoReasons] };
  const released = { keepsTicket: true, status: 'cancelled' as const, reason };
  const { modifiedCount } = await orders.updateMany(released, { $unset: { keepsTicket: true } });
  const live = { keepsTicket: { $exists: false }, status: { $in: [...liveStatuses] } };
  let marked = modifiedCount;
  for (;;) {
    const page = await orders.find(live, { projection: { _id: 1 }, limit }).toArray();
    const ids = page.map(({ _id }) => _id);
    if (ids.length > 0) await orders.updateMany({ _id: { $in: ids }, ...live }, { $set: { keepsTicket: true } });
    marked += ids.length;
    if (ids.length < limit) return marked;
  }
};
