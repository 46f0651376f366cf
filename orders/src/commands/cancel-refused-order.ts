import type { ClaimRefusalReason } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';

/** Cancels an order whose claim was refused, unless it has been confirmed: then the refusal is out of date. */
export const cancelRefusedOrder =
  (deps: Deps) =>
  async ({
    state,
    trace,
  }: Received<{ readonly orderId: string; readonly reason: ClaimRefusalReason }>): Promise<void> => {
    await cancelOrder(deps, { orderId: state.orderId, reason: state.reason, trace, onlyFrom: ['created'] });
  };
