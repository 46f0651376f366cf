import type { OrderRecord } from '../sources/orders.ts';
import type { TicketRecord } from '../sources/tickets.ts';

/** 'order 1, which is cancelled and for ticket 2' */
export const describeHolder = ({ orderId }: TicketRecord, order: OrderRecord | undefined): string => {
  if (orderId === undefined) return 'no order';
  return order === undefined
    ? `order ${orderId}, which does not exist`
    : `order ${orderId}, which is ${order.status} and for ticket ${order.ticketId}`;
};
