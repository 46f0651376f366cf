import { ticketUpdated, type OrderState } from '@ticketing/common/events';
import type { Outcome, Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { sale } from '../models/delivery.ts';
import { isRepublished, republishTickets } from './republish-tickets.ts';

/** Marks the tickets of complete orders as sold. A sold ticket is never released and never claimed again. */
export const sellTickets =
  (deps: Deps) =>
  async (orders: readonly Received<OrderState>[]): Promise<Outcome[]> => {
    const complete = orders.filter(({ state }) => state.status === 'complete');
    const made = await markSold(deps, complete);
    const sold = new Set(complete.filter((_, index) => made[index] === true));
    return Promise.all(
      orders.map(async (order) =>
        order.state.status !== 'complete' || sold.has(order) ? 'done' : settleUnsold(deps, order),
      ),
    );
  };

/**
 * Marks each ticket as sold if this order holds it; returns for each whether this call did. Also one that a replica of the
 * release before has sold, which knew of no deliveries.
 */
export const markSold = (deps: Deps, orders: readonly Received<OrderState>[]): Promise<boolean[]> => {
  const now = deps.now();
  return deps.ticketStore.changeMany(
    orders.map(({ state: order, trace }) => ({
      filter: {
        _id: order.ticket.id,
        orderId: order.id,
        availability: { $in: ['held', 'sold'] as const },
        buyerId: { $exists: false },
      },
      set: sale(order, now, deps.deliveryMinMs),
      event: ticketUpdated,
      trace,
    })),
  );
};

/** A ticket that this order already bought is done; one that it does not hold yet is retried until its claim is made. */
const settleUnsold = async (deps: Deps, { state: order, time, trace }: Received<OrderState>): Promise<Outcome> => {
  const ticket = await deps.tickets.findOne({ _id: order.ticket.id, orderId: order.id, availability: 'sold' });
  if (ticket === null) return { failed: `ticket ${order.ticket.id} is not held by its complete order ${order.id}` };
  // A completion published long after the sale is a republished one: our response was lost.
  if (isRepublished(time, ticket.soldAt)) await republishTickets(deps, [{ filter: { _id: ticket._id }, trace }]);
  return 'done';
};
