import { maxListed } from '@ticketing/common/http';
import type { OrderDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

export interface ListOrders {
  readonly userId: string;
  readonly newestFirst: boolean;
  readonly page: number;
  readonly limit: number;
}

/** A page of the buyer's orders and how many there are, counted up to one more than can be listed. */
export const listOrders = async (
  deps: Deps,
  request: ListOrders,
): Promise<{ readonly orders: OrderDocument[]; readonly total: number }> => {
  const filter = { userId: request.userId };
  const direction = request.newestFirst ? -1 : 1;
  const [orders, total] = await Promise.all([
    deps.orders
      .find(filter, { projection: { outbox: 0, creation: 0, 'problem.text': 0 } })
      .sort({ createdAt: direction, _id: direction })
      .skip((request.page - 1) * request.limit)
      .limit(request.limit)
      .toArray(),
    deps.orders.countDocuments(filter, { limit: maxListed + 1 }),
  ]);
  return { orders, total };
};
