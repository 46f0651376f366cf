import { BadRequestError } from '@ticketing/common/errors';
import type { Trace } from '@ticketing/common/events';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';
import { getOrder } from '../queries/get-order.ts';

/**
 * The buyer gives the ticket back. Repeats change nothing.
 * @throws NotFoundError, NotAuthorizedError, and BadRequestError for an order that is paid.
 */
export const cancelOwnOrder = async (
  deps: Deps,
  request: { readonly orderId: string; readonly userId: string; readonly trace: Trace },
): Promise<void> => {
  await getOrder(deps, request);
  if (await cancelOrder(deps, { orderId: request.orderId, reason: 'by_buyer', trace: request.trace })) return;
  const order = await getOrder(deps, request);
  if (order.status === 'complete') throw new BadRequestError('A paid order cannot be cancelled');
};
