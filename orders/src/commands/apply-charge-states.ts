import { orderUpdated, type ChargeState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/order-status.ts';
import { cancelOrder } from './cancel-order.ts';
import type { Deps } from '../deps.ts';

/**
 * Completes the orders whose charges are paid and cancels those whose payment has finally failed or was refunded: without
 * the money no unpaid order can become complete. The charge of a cancelled order changes nothing here.
 */
export const applyChargeStates =
  (deps: Deps) =>
  async (charges: readonly Received<ChargeState>[]): Promise<void> => {
    await deps.orderStore.changeMany(
      charges
        .filter(({ state }) => state.status === 'completed')
        .map(({ state, trace }) => ({
          filter: { _id: state.orderId, status: { $in: statusesBefore('complete') } },
          set: { status: 'complete' as const, completedAt: deps.now() },
          unset: ['closingQuestion' as const],
          event: orderUpdated,
          trace,
        })),
    );
    for (const { state, trace } of charges) {
      if (state.status !== 'failed' && state.status !== 'refunded') continue;
      await cancelOrder(deps, { orderId: state.orderId, reason: 'payment_failed', trace });
    }
  };
