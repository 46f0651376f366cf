import { cancelReasons, undoReasons } from '@ticketing/common/events';
import { liveStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';

const limit = 1_000;

/** A complete order that is cancelled keeps its ticket, also if the next release has done it for a reason of its own. */
const releasingReason = { $in: [...cancelReasons], $nin: [...undoReasons] };
/** Orders that no longer keep their tickets, though they are marked. */
export const released = { keepsTicket: true, status: 'cancelled' as const, reason: releasingReason };
/** Orders that keep their tickets, though they are not marked. */
export const unmarked = { keepsTicket: { $exists: false }, status: { $in: [...liveStatuses] } };

/**
 * Corrects `keepsTicket` of orders that replicas of the previous release have written: that release neither sets the field
 * on new orders nor removes it from those that it cancels. Returns the number of orders.
 */
export const markKeptTickets = async ({ orders }: Pick<Deps, 'orders'>): Promise<number> => {
  // First those that no longer keep a ticket, since another order may keep it now.
  const { modifiedCount } = await orders.updateMany(released, { $unset: { keepsTicket: true } });
  let marked = modifiedCount;
  for (;;) {
    const page = await orders.find(unmarked, { projection: { _id: 1 }, limit }).toArray();
    const ids = page.map(({ _id }) => _id);
    if (ids.length > 0) await orders.updateMany({ _id: { $in: ids }, ...unmarked }, { $set: { keepsTicket: true } });
    marked += ids.length;
    if (ids.length < limit) return marked;
  }
};
