import type { CancelReason, OrderStatus } from '@ticketing/common/events';
import { Expression, expression } from '@ticketing/common/messaging';

/**
 * What a change to a status writes: the status, its reason, and an entry of the history. An order makes three moves at most, so
 * that has four entries. It begins with the order, also if the release before has made that.
 */
export const movedTo = <const Status extends OrderStatus>(
  status: Status,
  at: Date,
  reason?: CancelReason | Expression,
) => {
  const entry = {
    status: { $literal: status },
    ...(reason === undefined ? {} : { reason: reason instanceof Expression ? reason.value : { $literal: reason } }),
    at,
  };
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    history: expression({
      $concatArrays: [{ $ifNull: ['$history', [{ status: 'created', at: '$createdAt' }]] }, [entry]],
    }),
  };
};
