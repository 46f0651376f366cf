import { orderUpdated, type ChargeState, type Trace } from '@ticketing/common/events';
import { statusesBefore } from '../domain/order-status.ts';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from './deps.ts';

/**
 * Moves orders on by what became of their charges: complete when paid, cancelled when payment failed for good. Money
 * that arrives for a cancelled order changes nothing here: payments returns it.
 */
export const applyChargeStates = async (
  deps: Deps,
  charges: readonly { readonly state: ChargeState; readonly trace: Trace }[],
): Promise<void> => {
  await deps.orderStore.changeMany(
    charges
      .filter(({ state }) => state.status === 'completed')
      .map(({ state, trace }) => ({
        filter: { _id: state.orderId, status: { $in: statusesBefore('complete') } },
        set: { status: 'complete' },
        event: orderUpdated,
        trace,
      })),
  );
  for (const { state, trace } of charges) {
    if (state.status !== 'failed') continue;
    await cancelOrder(deps, { orderId: state.orderId, reason: 'payment_failed', trace });
  }
};
