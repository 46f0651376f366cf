import type { Snapshot } from '../snapshot/snapshot.ts';
import type { OrderRecord } from '../sources/orders.ts';
import { checkEach, finding, type Check } from './check.ts';

const problemOf = (order: OrderRecord, { ticketById, paymentById }: Snapshot): string | undefined => {
  const ticket = ticketById.get(order.ticketId);
  const copy = paymentById.get(order.id)?.order;
  const { userId: buyerId, sellerId = ticket?.userId } = order;
  if (buyerId === sellerId || buyerId === ticket?.userId) return 'is for a ticket of its buyer’s own';
  if (ticket !== undefined && sellerId !== ticket.userId) return 'has another seller than its ticket';
  if (ticket?.orderId === order.id && (ticket.buyerId ?? buyerId) !== buyerId)
    return 'has another buyer than its ticket was sold to';
  if ((copy?.userId ?? buyerId) !== buyerId) return 'has another buyer than its charge';
  if (copy?.sellerId !== undefined && copy.sellerId !== sellerId) return 'has another seller than its charge';
  return undefined;
};

export const orderHasOneBuyerAndSeller: Check = {
  name: 'order-has-one-buyer-and-seller',
  rule: 'Orders, tickets and payments have the same buyer and the same seller of a sale, who are two accounts.',
  run: (snapshot) =>
    checkEach(snapshot.orders, (order) => {
      const problem = problemOf(order, snapshot);
      return problem === undefined ? undefined : finding(`order ${order.id} ${problem}`, order.id, order.ticketId);
    }),
};
