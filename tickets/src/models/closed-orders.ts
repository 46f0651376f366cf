import { expression, streamMaxAgeMs, type Expression } from '@ticketing/common/messaging';

/**
 * The ticket's closed orders with this one; those older than any event that could still arrive are dropped. For use in
 * a write whose filter says that the order is not among them.
 */
export const withClosedOrder = (orderId: string, now: Date): Expression =>
  expression({
    $concatArrays: [
      {
        $filter: {
          input: '$closedOrders',
          as: 'closed',
          cond: { $gt: ['$$closed.at', new Date(now.getTime() - streamMaxAgeMs)] },
        },
      },
      [{ id: { $literal: orderId }, at: now }],
    ],
  });
