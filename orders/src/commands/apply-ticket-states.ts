import { orderUpdated, type TicketState, type Trace } from '@ticketing/common/events';
import { applyIfNewer } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/order-status.ts';
import type { Deps } from './deps.ts';

/**
 * Copies tickets as their events tell of them and confirms the orders that they are held for. An order is found by the
 * id that the ticket names, never by comparing prices.
 */
export const applyTicketStates = async (
  deps: Deps,
  tickets: readonly { readonly state: TicketState; readonly trace: Trace }[],
): Promise<void> => {
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
              set: { status: 'awaiting:payment' },
              event: orderUpdated,
              trace,
            },
          ],
    ),
  );
};
