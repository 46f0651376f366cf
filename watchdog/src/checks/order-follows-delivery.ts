import type { OrderRecord } from '../sources/orders.ts';
import type { TicketRecord } from '../sources/tickets.ts';
import { checkEach, finding, type Check } from './check.ts';

const problemOf = (order: OrderRecord, ticket: TicketRecord | undefined): string | undefined => {
  const { isDelivered = false, hasDeliveryFailed = false } = ticket ?? {};
  if (order.reason === 'not_delivered') {
    return hasDeliveryFailed
      ? undefined
      : 'is cancelled as not delivered, but its ticket has not failed to be delivered';
  }
  if (order.status !== 'complete') return undefined;
  if (hasDeliveryFailed) return 'is complete, but its ticket was not delivered in time';
  if (isDelivered !== (order.deliveryStatus === 'delivered')) {
    return `has the delivery ${order.deliveryStatus ?? 'unknown'}, but its ticket is ${isDelivered ? '' : 'not '}delivered`;
  }
  return undefined;
};

export const orderFollowsDelivery: Check = {
  name: 'order-follows-delivery',
  rule: 'A complete order shows whether its ticket is delivered, and is cancelled as not delivered exactly when its delivery has failed.',
  isEventual: true,
  run: ({ orders, ticketById }) =>
    checkEach(
      orders.filter(({ wasComplete }) => wasComplete),
      (order) => {
        const ticket = ticketById.get(order.ticketId);
        const problem = problemOf(order, ticket?.orderId === order.id ? ticket : undefined);
        return problem === undefined ? undefined : finding(`order ${order.id} ${problem}`, order.id, order.ticketId);
      },
    ),
};
