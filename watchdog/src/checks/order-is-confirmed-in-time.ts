import { checkEach, finding, formatTime, type Check } from './check.ts';

export const orderIsConfirmedInTime: Check = {
  name: 'order-is-confirmed-in-time',
  rule: 'Tickets confirms or refuses the hold of a new order within 30 s.',
  isEventual: true,
  run: ({ orders, at }, { confirmWithinMs }) =>
    checkEach(
      orders.filter(({ status }) => status === 'created'),
      (order) =>
        at - order.createdAt <= confirmWithinMs
          ? undefined
          : finding(
              `order ${order.id} has waited for its hold since ${formatTime(order.createdAt)}`,
              order.id,
              order.ticketId,
            ),
    ),
};
