import { orderUpdated, type TicketState } from '@ticketing/common/events';
import { applyIfNewer, creationWith, type Received } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';
import { movedTo } from '../models/moved-to.ts';
import { applyDeliveries } from './apply-deliveries.ts';

/** The request that created the order may wait for this. */
const confirmedCreation = creationWith({ status: 'awaiting:payment', version: { $add: ['$version', 1] } });

/**
 * Stores copies of tickets, confirms the orders that hold them, and shows in complete orders what has become of the delivery.
 * The order is found by the id in the ticket's state, never by comparing prices.
 */
export const applyTicketStates =
  (deps: Deps) =>
  async (tickets: readonly Received<TicketState>[]): Promise<void> => {
    const now = deps.now();
    await applyIfNewer(
      deps.tickets,
      'ticket',
      tickets.map(({ state }) => state),
    );
    await deps.orderStore.changeMany(
      tickets.flatMap(({ state, trace }) =>
        state.orderId === undefined || state.soldAt !== undefined
          ? []
          : [
              {
                filter: { _id: state.orderId, status: { $in: statusesBefore('awaiting:payment') } },
                set: { ...movedTo('awaiting:payment', now), creation: confirmedCreation },
                event: orderUpdated,
                trace,
              },
            ],
      ),
    );
    await applyDeliveries(deps, tickets);
  };
