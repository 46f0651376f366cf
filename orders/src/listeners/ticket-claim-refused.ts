import { ticketClaimRefused } from '@ticketing/common/events';
import { done, listener, traceOf } from '@ticketing/common/messaging';
import { cancelOrder } from '../commands/cancel-order.ts';
import type { Deps } from '../commands/deps.ts';

/** An order that was confirmed in the meantime is not touched: only an unconfirmed one can have been refused. */
export const onTicketClaimRefused = (deps: Deps) =>
  listener(ticketClaimRefused, async (event) => {
    const { orderId, reason } = event.data;
    await cancelOrder(deps, { orderId, reason, trace: traceOf(event), onlyFrom: ['created'] });
    return done;
  });
