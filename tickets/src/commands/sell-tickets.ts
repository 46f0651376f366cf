import { ticketUpdated, type OrderState, type Trace } from '@ticketing/common/events';
import { done, retry, type Verdict } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { isRepublished, republishTickets } from './republish-tickets.ts';

/** Marks tickets of complete orders as sold. A sold ticket is never released and never claimed again. */
export const sellTickets = async (
  deps: Deps,
  complete: readonly { readonly order: OrderState; readonly time: Date; readonly trace: Trace }[],
): Promise<Verdict[]> => {
  const soldAt = deps.now();
  const made = await deps.ticketStore.changeMany(
    complete.map(({ order, trace }) => ({
      filter: { _id: order.ticket.id, orderId: order.id, availability: 'held' as const },
      set: { availability: 'sold', soldAt },
      event: ticketUpdated,
      trace,
    })),
  );
  return Promise.all(
    complete.map(async ({ order, time, trace }, index) => {
      if (made[index] === true) return done;
      const sold = await deps.tickets.findOne({ _id: order.ticket.id, orderId: order.id, availability: 'sold' });
      if (sold === null) return retry(`ticket ${order.ticket.id} is not held by its complete order ${order.id}`);
      // An order that tells of itself long after its ticket was sold has not heard of it.
      if (isRepublished(time, sold.soldAt)) await republishTickets(deps, [{ filter: { _id: sold._id }, trace }]);
      return done;
    }),
  );
};
