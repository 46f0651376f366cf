import { orderUpdated, type TicketState } from '@ticketing/common/events';
import { applyIfNewer, type Received } from '@ticketing/common/messaging';
import { Batcher, isDatabaseUnreachable } from '@ticketing/common/mongo';
import { statusesBefore } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';
import { movedTo } from '../models/moved-to.ts';
import { applyDeliveries, applyDueDates } from './apply-deliveries.ts';

type ReceivedTicket = Received<TicketState>;

const confirmOrders = async (deps: Deps, tickets: readonly ReceivedTicket[]): Promise<void> => {
  const now = deps.now();
  await deps.orderStore.changeMany(
    tickets.flatMap(({ state, trace }) =>
      state.orderId === undefined || state.soldAt !== undefined
        ? []
        : [
            {
              filter: { _id: state.orderId, status: { $in: statusesBefore('awaiting:payment') } },
              set: movedTo('awaiting:payment', now),
              event: orderUpdated,
              trace,
            },
          ],
    ),
  );
};

const copyTickets = async (deps: Deps, tickets: readonly ReceivedTicket[]): Promise<void> => {
  const states = tickets.map(({ state }) => state);
  await applyIfNewer(deps.tickets, 'ticket', states);
  deps.copied(states);
};

/**
 * Copies tickets that an order holds or has bought, gathered over a moment: a hold and its sale are often one write. Until then
 * the unique indexes refuse other orders of the ticket, which the copy only does sooner.
 */
const createHeldTicketsCopier = (deps: Deps): ((ticket: ReceivedTicket) => Promise<void>) => {
  const copy = async (tickets: readonly ReceivedTicket[]): Promise<void> => {
    await copyTickets(deps, tickets);
    await applyDueDates(deps, tickets);
  };
  const batcher = new Batcher<ReceivedTicket, void>(
    async (tickets) => {
      try {
        await copy(tickets);
        return tickets.map(() => ({ status: 'fulfilled', value: undefined }));
      } catch (error) {
        if (tickets.length === 1 || isDatabaseUnreachable(error)) throw error;
        // One bad event must not fail the others.
        return Promise.allSettled(tickets.map((ticket) => copy([ticket])));
      }
    },
    { delayMs: deps.copyDelayMs },
  );
  return (ticket) => batcher.call(ticket);
};

/**
 * Stores copies of tickets, confirms the orders that hold them, and shows in complete orders what has become of the delivery.
 * The order is found by the id in the ticket's state, never by comparing prices. What buyers wait for is done first: copies of
 * what is on sale, confirmations and deliveries.
 */
export const applyTicketStates = (deps: Deps) => {
  const copyHeldTicket = createHeldTicketsCopier(deps);
  return async (tickets: readonly ReceivedTicket[]): Promise<void> => {
    const { held = [], free = [] } = Object.groupBy(tickets, ({ state }) =>
      state.orderId === undefined ? 'free' : 'held',
    );
    await copyTickets(deps, free);
    await confirmOrders(deps, held);
    await applyDeliveries(deps, held);
    await Promise.all(held.map(copyHeldTicket));
  };
};
