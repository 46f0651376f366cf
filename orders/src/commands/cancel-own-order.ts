import { BadRequestError } from '@ticketing/common/errors';
import type { Trace } from '@ticketing/common/events';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';
import { getOrder } from '../queries/get-order.ts';

/**
 * Cancels an order for its buyer; a cancelled order stays as it is.
 * @throws NotFoundError, NotAuthorizedError, and BadRequestError for a paid order.
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
