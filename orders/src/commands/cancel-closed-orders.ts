import { orderCancelled } from '@ticketing/common/events';
import { expression, type Received } from '@ticketing/common/messaging';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';
import { movedTo } from '../models/moved-to.ts';

/** Cancels the orders for which no money has come and none can come any more, for the reason for which they are closing. */
export const cancelClosedOrders =
  (deps: Deps) =>
  async (closed: readonly Received<{ readonly orderId: string }>[]): Promise<void> => {
    const now = deps.now();
    await deps.orderStore.changeMany(
      closed.map(({ state, trace }) => ({
        filter: { _id: state.orderId, status: { $in: [...unpaidStatuses] } },
        set: movedTo('cancelled', now, expression({ $ifNull: ['$closing', 'expired'] })),
        unset: ['closingQuestion' as const, 'keepsTicket' as const],
        event: orderCancelled,
        trace,
      })),
    );
  };
