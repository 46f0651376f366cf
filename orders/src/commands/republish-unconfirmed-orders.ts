import type { Deps } from '../deps.ts';
import { presumedLostAfterMs, republishOrders } from './republish-orders.ts';

const limit = 200;

/** Repairs orders that would stay `created` until their deadline because their event, or tickets' response, was lost. */
export const republishUnconfirmedOrders = async (deps: Deps): Promise<number> => {
  const before = new Date(deps.now().getTime() - presumedLostAfterMs);
  const unconfirmed = await deps.orders
    .find(
      { status: 'created', createdAt: { $lt: before }, republishedAt: { $not: { $gt: before } } },
      { projection: { status: 1 }, limit, sort: { createdAt: 1 } },
    )
    .toArray();
  return unconfirmed.length === 0 ? 0 : republishOrders(deps, unconfirmed);
};
