import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import type { OrderDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/** @throws NotFoundError, and NotAuthorizedError for another user's order. */
export const getOrder = async (
  deps: Deps,
  request: { readonly orderId: string; readonly userId: string },
): Promise<OrderDocument> => {
  const order = await deps.orders.findOne({ _id: request.orderId });
  if (order === null) throw new NotFoundError('Order not found');
  if (order.userId !== request.userId) throw new NotAuthorizedError();
  return order;
};
