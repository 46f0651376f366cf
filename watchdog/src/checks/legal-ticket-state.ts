import type { Snapshot } from '../snapshot/snapshot.ts';
import type { TicketRecord } from '../sources/tickets.ts';
import { checkEach, finding, type Check } from './check.ts';

const problemOf = (ticket: TicketRecord, { orderById }: Snapshot): string | undefined => {
  const { availability, orderId, isSold, isWithdrawn } = ticket;
  if (!['on_sale', 'held', 'sold', 'withdrawn', 'over'].includes(availability))
    return `has the availability ${availability}, which does not exist`;
  if (availability === 'on_sale' && (orderId !== undefined || isSold)) return 'is on sale although it has an order';
  if (availability === 'held' && (orderId === undefined || isSold)) return 'is held without an order, or already sold';
  if (availability === 'sold' && (orderId === undefined || !isSold))
    return 'is sold without an order or a time of sale';
  if (availability === 'withdrawn' && (orderId !== undefined || isSold)) return 'is withdrawn although it has an order';
  if (availability === 'over' && (orderId !== undefined || isSold)) return 'is over although it has an order';
  if (isWithdrawn !== (availability === 'withdrawn'))
    return `is ${availability} ${isWithdrawn ? 'with' : 'without'} a time of withdrawal`;
  for (const id of ticket.closedOrders) {
    const status = orderById.get(id)?.status;
    // An order that was refused its hold is still `created` for a moment.
    if (status === 'awaiting:payment' || status === 'complete')
      return `lists order ${id} as closed, which is ${status}`;
  }
  return undefined;
};

export const legalTicketState: Check = {
  name: 'legal-ticket-state',
  rule: 'A ticket is on sale, held, sold, withdrawn or over, has an order exactly when it is held or sold, and lists no active order as closed.',
  run: (snapshot) =>
    checkEach(snapshot.tickets, (ticket) => {
      const problem = problemOf(ticket, snapshot);
      return problem === undefined ? undefined : finding(`ticket ${ticket.id} ${problem}`, ticket.id, ticket.orderId);
    }),
};
