import type { Deps } from './deps.ts';
import { lostAfterMs, tellAgain } from './tell-again.ts';

const limit = 200;

/** Repairs what would leave an order `created` until its deadline: its event or tickets' answer to it has got lost. */
export const tellUnconfirmedOrders = async (deps: Deps): Promise<number> => {
  const before = new Date(deps.now().getTime() - lostAfterMs);
  const unconfirmed = await deps.orders
    .find(
      { status: 'created', createdAt: { $lt: before }, republishedAt: { $not: { $gt: before } } },
      { projection: { status: 1 }, limit, sort: { createdAt: 1 } },
    )
    .toArray();
  return unconfirmed.length === 0 ? 0 : tellAgain(deps, unconfirmed);
};
